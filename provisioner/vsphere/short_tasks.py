"""Tasks in their first second: most end in it, and one bulk read tells of them all."""

import asyncio
import contextlib

from pyVmomi import vim

from provisioner.domain.counting import counted
from provisioner.vsphere.errors import VCenterError
from provisioner.vsphere.gathering import Gathering, Window
from provisioner.vsphere.reading import read
from provisioner.vsphere.session import Session
from provisioner.vsphere.task_end import WANTED, TaskEnd, task_end

# After reads at about 0.1, 0.2, 0.4 and 0.8 seconds of age.
LONGEST_SECONDS = 1.5


class ShortTasks:
    """Belongs to one event loop. Sends no request without a task."""

    def __init__(self, session: Session, window: Window) -> None:
        self._session = session
        self._gathering = Gathering(window)
        self._futures: dict[str, asyncio.Future[TaskEnd | None]] = {}
        self._since: dict[str, float] = {}
        self._arrived = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    async def end(self, task: str) -> TaskEnd | None:
        """None when it is not a short one."""
        future = self._futures.get(task)
        if future is None:
            loop = asyncio.get_running_loop()
            future = self._futures[task] = loop.create_future()
            self._gathering.earn()
            self._since[task] = loop.time()
            self._arrived.set()
            if self._loop is None or self._loop.done():
                self._loop = asyncio.create_task(self._run())
        return await asyncio.shield(future)

    async def stop(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        for future in self._futures.values():
            future.cancel()

    async def _run(self) -> None:
        while self._futures:
            await self._pause()
            tasks = list(self._futures)
            try:
                self._settle(await self._look(tasks))
                self._settle(dict.fromkeys(self._outgrown()))
            except VCenterError:
                self._settle(dict.fromkeys(tasks))  # Those who wait for long ones try again.

    async def _pause(self) -> None:
        """Until a task arrives, or the youngest is twice as old as at the last look."""
        now = self._now()
        youngest = min(now - since for since in self._since.values())
        self._arrived.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(youngest):
                await self._arrived.wait()
        await asyncio.sleep(self._gathering.delay(self._now()))

    async def _look(self, tasks: list[str]) -> dict[str, TaskEnd | None]:
        objects = [self._session.reference(vim.Task, task) for task in tasks]
        found = await self._session.call(
            f"look at {counted(len(tasks), 'task')}",
            lambda: read(self._session.content, objects, [WANTED]),
        )
        ends = {
            task: task_end(task, found[task]) if task in found else TaskEnd(task, lost=True)
            for task in tasks
        }
        return {task: end for task, end in ends.items() if end is not None}

    def _outgrown(self) -> list[str]:
        now = self._now()
        return [task for task, since in self._since.items() if now - since > LONGEST_SECONDS]

    def _settle(self, ends: dict[str, TaskEnd | None]) -> None:
        for task, end in ends.items():
            del self._since[task]
            future = self._futures.pop(task)
            if not future.done():
                future.set_result(end)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
