"""The only module of the API that talks to Temporal.

A poke is a hint, sent after the commit that gave the reason for it. A lost one costs a minute:
a schedule pokes whatever is not settled. So no poke ever fails a request.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client, WorkflowFailureError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from api.gathering import Gathered
from provisioner.domain.errors import ProvisionerError
from workflows.contracts import (
    LOOK_AGAIN,
    NODES_ADMIT,
    RESOURCE,
    VCENTER_VERIFY,
    VCENTER_WATCH,
    VerifyResult,
    admission_workflow,
    resource_workflow,
    verify_workflow,
    watch_workflow,
)

RPC = timedelta(seconds=5)
VERIFY_SECONDS = 30.0
_HEALTH = timedelta(seconds=2)
# A worker's question for work lasts a minute at most.
_POLL = timedelta(seconds=90)
_log = logging.getLogger(__name__)


class NoAnswer(ProvisionerError):
    """No worker took the question in time, or Temporal can't be reached."""

    transient = True


class Gateway:
    """One client, bound to the event loop that `start` ran in. Pokes may come from any thread."""

    def __init__(
        self,
        address: str,
        namespace: str,
        task_queue: str,
        verify_seconds: float = VERIFY_SECONDS,
    ) -> None:
        self._address, self._namespace, self._queue = address, namespace, task_queue
        self._verify_seconds = verify_seconds

    async def start(self) -> None:
        """Opens no connection yet: the API starts before Temporal does, if need be."""
        self._pokes = Gathered(asyncio.get_running_loop())
        self._client = await Client.connect(
            self._address,
            namespace=self._namespace,
            data_converter=pydantic_data_converter,
            lazy=True,
        )

    async def stop(self) -> None:
        """Sends what is still waiting to be sent."""
        await self._pokes.drain()

    def poke(self, kind: str, resource: str) -> None:
        """The resource's workflow looks again; it is started if it does not run."""
        self._poke(RESOURCE, resource, resource_workflow(kind, resource))

    def poke_admission(self, kind: str, resource: str) -> None:
        """The resource's nodes that reported ready are admitted."""
        self._poke(NODES_ADMIT, resource, admission_workflow(kind, resource))

    def _poke(self, name: str, resource: str, workflow: str) -> None:
        async def send() -> None:
            await self._client.start_workflow(
                name,
                resource,
                id=workflow,
                task_queue=self._queue,
                start_signal=LOOK_AGAIN,
                rpc_timeout=RPC,
            )

        self._pokes.soon(workflow, partial(_quietly, workflow, send))

    async def ensure_watch(self, vcenter: str) -> None:
        """A watch that runs already is success; like a poke, it never fails its caller."""

        async def send() -> None:
            with suppress(WorkflowAlreadyStartedError):
                await self._client.start_workflow(
                    VCENTER_WATCH,
                    vcenter,
                    id=watch_workflow(vcenter),
                    task_queue=self._queue,
                    rpc_timeout=RPC,
                )

        await _quietly(watch_workflow(vcenter), send)

    async def end_watch(self, vcenter: str) -> None:
        """The watch of a vCenter that is gone from the records; never fails its caller."""
        handle = self._client.get_workflow_handle(watch_workflow(vcenter))

        async def send() -> None:
            await handle.cancel(rpc_timeout=RPC)

        await _quietly(handle.id, send)

    async def verify_vcenter(self, vcenter: str) -> VerifyResult:
        """Lets a worker try the login with what is on record. Raises NoAnswer."""
        try:
            handle = await self._client.start_workflow(
                VCENTER_VERIFY,
                vcenter,
                id=verify_workflow(vcenter),
                task_queue=self._queue,
                result_type=VerifyResult,
                execution_timeout=timedelta(seconds=self._verify_seconds),
                rpc_timeout=RPC,
            )
            async with asyncio.timeout(self._verify_seconds):
                result: VerifyResult = await handle.result()
                return result
        except (RPCError, RuntimeError, WorkflowFailureError, TimeoutError) as err:
            raise NoAnswer(
                "no worker tried the login in time; check that `pke-provisioner worker` runs "
                "and reaches Temporal and the vCenter"
            ) from err

    async def healthy(self) -> bool:
        try:
            return await self._client.service_client.check_health(timeout=_HEALTH)
        except (RPCError, RuntimeError):
            return False

    async def has_worker(self) -> bool:
        """Whether one asks for work; known of one that was killed within a minute and a half."""
        request = DescribeTaskQueueRequest(
            namespace=self._client.namespace,
            task_queue=TaskQueue(name=self._queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        )
        try:
            found = await self._client.workflow_service.describe_task_queue(
                request, timeout=_HEALTH
            )
        except (RPCError, RuntimeError):
            return False
        oldest = datetime.now(UTC) - _POLL
        return any(one.last_access_time.ToDatetime(UTC) > oldest for one in found.pollers)


async def _quietly(key: str, send: Callable[[], Awaitable[None]]) -> None:
    try:
        await send()
    except RPCError as err:
        if err.status is not RPCStatusCode.NOT_FOUND:
            _log.warning("poke of %s was lost, the schedule makes up for it: %s", key, err.status)
    except RuntimeError as err:  # what a lazy client raises while it can't connect
        _log.warning("poke of %s was lost, the schedule makes up for it: %s", key, err)
