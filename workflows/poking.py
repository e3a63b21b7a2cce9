"""Hints to workflows, from activities. A lost hint costs a minute, never a fact."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any

from temporalio import activity
from temporalio.client import WorkflowFailureError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from workflows.contracts import (
    LOOK_AGAIN,
    NODES_ADMIT,
    RESOURCE,
    admission_workflow,
    resource_workflow,
)

_GATHER_SECONDS = 0.1
_log = logging.getLogger(__name__)


class Poker:
    """Signals "look again". Hints to one workflow that come together are one signal."""

    def __init__(self) -> None:
        self._pending: dict[str, asyncio.Task[None]] = {}

    def poke(self, workflow_id: str) -> None:
        """Returns at once; the hint goes out a moment later."""
        if workflow_id not in self._pending:
            sending = asyncio.create_task(self._send(activity.client(), workflow_id))
            self._pending[workflow_id] = sending

    async def _send(self, client: Any, workflow_id: str) -> None:
        await asyncio.sleep(_GATHER_SECONDS)
        del self._pending[workflow_id]
        await quietly(client.get_workflow_handle(workflow_id).signal(LOOK_AGAIN))


async def start(name: str, argument: object, workflow_id: str, *, again: bool = False) -> bool:
    """Starts a workflow. False when one runs already: mostly that is what was wanted.

    `again`: also when an earlier run of that id completed.
    """
    policy = WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY
    if again:
        policy = WorkflowIDReusePolicy.ALLOW_DUPLICATE
    try:
        await activity.client().start_workflow(
            name,
            argument,
            id=workflow_id,
            task_queue=activity.info().task_queue,
            id_reuse_policy=policy,
            # This worker gets the first task with the answer: a fifth less of the server's time
            # (measured). Should it be killed just then, that task's timeout is waited for: 10 s.
            request_eager_start=True,
        )
    except WorkflowAlreadyStartedError:
        return False
    return True


async def wake(kind: str, resource: str) -> None:
    """The resource's workflow looks again; it is started if it does not run."""
    await _wake(RESOURCE, resource, resource_workflow(kind, resource))


async def wake_admission(kind: str, resource: str) -> None:
    """Nodes have reported ready: the run that admits the resource's looks again, or starts."""
    await _wake(NODES_ADMIT, resource, admission_workflow(kind, resource))


async def _wake(name: str, resource: str, workflow_id: str) -> None:
    queue = activity.info().task_queue
    starting = activity.client().start_workflow(
        name, resource, id=workflow_id, task_queue=queue, start_signal=LOOK_AGAIN
    )
    await quietly(starting)


async def end(workflow_id: str) -> None:
    """Cancels a workflow and waits until it is over, its activity included. Gone is success."""
    handle = activity.client().get_workflow_handle(workflow_id)
    try:
        await handle.cancel()
        await handle.result()
    except WorkflowFailureError:
        return  # how it ended does not matter
    except RPCError as err:
        if err.status is not RPCStatusCode.NOT_FOUND:
            raise


async def quietly(call: Awaitable[object]) -> None:
    """A workflow that is over or not there needs no hint; any other trouble is logged."""
    try:
        await call
    except RPCError as err:
        if err.status is not RPCStatusCode.NOT_FOUND:
            _log.warning("a hint was lost; the schedule makes up for it", exc_info=err)
