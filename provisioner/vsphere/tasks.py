"""Waits for any number of vCenter tasks with one long poll, and with no request at rest."""

import asyncio
from typing import Any

from provisioner.vsphere.errors import ManagedObjectGone, TaskLost, VCenterError
from provisioner.vsphere.faults import translate
from provisioner.vsphere.gathering import Gathering, Window
from provisioner.vsphere.session import Session
from provisioner.vsphere.taskfilter import TaskEnd, TaskFilter

RETRIES = 4
RETRY_SECONDS = 0.5


class Tasks:
    """Belongs to one event loop. Callers that are cancelled leave their task alone."""

    def __init__(self, session: Session, window: Window) -> None:
        self._filter = TaskFilter(session)
        self._gathering = Gathering(window)
        self._shortest = window.shortest
        self._waiting: dict[str, asyncio.Future[TaskEnd]] = {}
        self._unlisted: set[str] = set()
        self._due = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._poll: asyncio.Task[list[TaskEnd]] | None = None
        self._failures = 0

    async def outcome(self, task: str, tried: str, patience: float = 0.0) -> Any:
        """The task's result once it has ended; its fault becomes our error.

        `patience`: seconds that may pass before anybody looks, to share requests with others.
        Raises TaskLost when vCenter doesn't know the task (any more).
        """
        end = await asyncio.shield(self._future(task, patience))
        if end.lost:
            raise TaskLost(f"Tried to {tried}, but vCenter no longer knows its task {task}")
        if end.error is not None:
            raise translate(end.error, tried) from end.error
        return end.result

    async def stop(self) -> None:
        running = [one for one in (self._loop, self._poll) if one is not None]
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _future(self, task: str, patience: float) -> asyncio.Future[TaskEnd]:
        future = self._waiting.get(task)
        if future is None:
            loop = asyncio.get_running_loop()
            future = self._waiting[task] = loop.create_future()
            self._unlisted.add(task)
            loop.call_later(max(0.0, patience - self._shortest), self._due.set)
        if self._loop is None or self._loop.done():
            self._loop = asyncio.create_task(self._run())
        return future

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        while self._waiting:
            if self._waiting.keys() <= self._unlisted:
                await self._due.wait()
            await asyncio.sleep(self._gathering.delay(clock()))
            try:
                await self._list()
                await self._listen()
                self._failures = 0
            except VCenterError as error:
                await self._recover(error)
            except Exception as error:
                # Nobody may wait for ever because of a fault in here.
                self._fail_all(translate(error, "wait for tasks"))
                raise

    async def _list(self) -> None:
        self._due.clear()
        if self._unlisted:
            added, self._unlisted = self._unlisted, set()
            self._settle(await self._filter.add(added))

    async def _listen(self) -> None:
        """Until a listed task has changed, or another one is due to be listed."""
        if not self._waiting:
            return
        if self._poll is None:
            self._poll = asyncio.create_task(self._filter.ends())
        due = asyncio.create_task(self._due.wait())
        await asyncio.wait({self._poll, due}, return_when=asyncio.FIRST_COMPLETED)
        due.cancel()
        if self._poll.done():
            poll, self._poll = self._poll, None
            self._settle(poll.result())

    def _settle(self, ends: list[TaskEnd]) -> None:
        for end in ends:
            future = self._waiting.pop(end.task, None)
            if future is not None and not future.done():
                future.set_result(end)

    async def _recover(self, error: VCenterError) -> None:
        """The filter goes with its session, and a poll may hang on a dead connection."""
        self._filter.reset()
        if self._poll is not None:
            self._poll.cancel()
            await asyncio.gather(self._poll, return_exceptions=True)
            self._poll = None
        self._failures += 1
        curable = error.transient or isinstance(error, ManagedObjectGone)
        if curable and self._failures <= RETRIES:
            self._unlisted = set(self._waiting)
            await asyncio.sleep(RETRY_SECONDS * (self._failures - 1))
        else:
            self._fail_all(error)

    def _fail_all(self, error: VCenterError) -> None:
        waiting, self._waiting = self._waiting, {}
        self._unlisted.clear()
        self._failures = 0
        for future in waiting.values():
            future.set_exception(error)
            future.exception()  # Seen: a cancelled caller will not look.
