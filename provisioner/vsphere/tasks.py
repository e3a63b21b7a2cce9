"""Waits for any number of vCenter tasks: with few requests while they run, with none at rest."""

from contextlib import suppress
from typing import Any

from pyVmomi import vim

from provisioner.vsphere.errors import (
    InvalidRequest,
    ManagedObjectGone,
    PermissionMissing,
    TaskLost,
    WrongState,
)
from provisioner.vsphere.faults import translate
from provisioner.vsphere.gathering import Window
from provisioner.vsphere.long_tasks import LongTasks
from provisioner.vsphere.session import Session
from provisioner.vsphere.short_tasks import ShortTasks

# The task has ended, or can't be cancelled, at least not by us.
NOT_CANCELLED = (ManagedObjectGone, WrongState, InvalidRequest, PermissionMissing)


class Tasks:
    """Belongs to one event loop. Callers that are cancelled leave their task alone."""

    def __init__(self, session: Session, window: Window) -> None:
        self._session = session
        self._short = ShortTasks(session, window)
        self._long = LongTasks(session, window)

    async def outcome(self, task: str, tried: str) -> Any:
        """The task's result once it has ended; its fault becomes our error.

        Raises TaskLost when vCenter doesn't know the task (any more); errors whose `task_ended` is
        not set leave open whether it still runs.
        """
        end = await self._short.end(task) or await self._long.end(task)
        if end.lost:
            raise TaskLost(f"Tried to {tried}, but vCenter no longer knows its task {task}")
        if end.error is not None:
            failure = translate(end.error, tried)
            failure.task_ended = True
            raise failure from end.error
        return end.result

    async def cancel(self, task: str) -> None:
        """Only asks; its outcome tells whether it was in time."""
        target = self._session.reference(vim.Task, task)
        with suppress(*NOT_CANCELLED):
            await self._session.call(f"cancel the task {task}", lambda: target.CancelTask())

    async def stop(self) -> None:
        await self._short.stop()
        await self._long.stop()
