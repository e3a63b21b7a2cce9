"""Tasks that take their time: one long poll tells of them all."""

import asyncio

from provisioner.vsphere.errors import ManagedObjectGone, VCenterError
from provisioner.vsphere.faults import translate
from provisioner.vsphere.gathering import Gathering, Window
from provisioner.vsphere.session import Session
from provisioner.vsphere.task_end import TaskEnd
from provisioner.vsphere.task_filter import TaskFilter

RETRIES = 4
RETRY_SECONDS = 0.5


class LongTasks:
    """Belongs to one event loop. Sends no request without a task."""

    def __init__(self, session: Session, window: Window) -> None:
        self._filter = TaskFilter(session)
        self._gathering = Gathering(window)
        self._waiting: dict[str, asyncio.Future[TaskEnd]] = {}
        self._unlisted: set[str] = set()
        self._arrived = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None
        self._poll: asyncio.Task[list[TaskEnd]] | None = None
        self._failures = 0

    async def end(self, task: str) -> TaskEnd:
        """Raises VCenterError when vCenter can't be asked, also after some retries."""
        future = self._waiting.get(task)
        if future is None:
            future = self._waiting[task] = asyncio.get_running_loop().create_future()
            self._unlisted.add(task)
            self._arrived.set()
            if self._loop is None or self._loop.done():
                self._loop = asyncio.create_task(self._run())
        return await asyncio.shield(future)

    async def stop(self) -> None:
        running = [one for one in (self._loop, self._poll) if one is not None]
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for future in self._waiting.values():
            future.cancel()

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        while self._waiting:
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
        self._arrived.clear()
        if self._unlisted:
            added, self._unlisted = self._unlisted, set()
            self._settle(await self._filter.add(added))

    async def _listen(self) -> None:
        """Until a listed task has changed, or another one is to be listed."""
        if not self._waiting:
            return
        if self._poll is None:
            self._poll = asyncio.create_task(self._filter.ends())
        arrival = asyncio.create_task(self._arrived.wait())
        await asyncio.wait({self._poll, arrival}, return_when=asyncio.FIRST_COMPLETED)
        arrival.cancel()
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
            if not future.done():
                future.set_exception(error)
                future.exception()  # Seen: a cancelled caller will not look.
