"""A clone call under way, and the note of the task it starts."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any


class CloneCall:
    """Whoever cancels it may rely on the note: without it, nobody would know of a task that a call
    on its way to vCenter is about to start."""

    def __init__(self, note: Callable[[str], Awaitable[None]], *, accepted: bool) -> None:
        """`accepted`: the task exists and is on record already."""
        self._note = note
        self._notes: list[asyncio.Future[None]] = []
        self._accepted = asyncio.Event()
        if accepted:
            self._accepted.set()

    def started(self, task: str) -> None:
        self._notes.append(asyncio.ensure_future(self._note(task)))
        self._accepted.set()

    async def result(self, cloning: Coroutine[Any, Any, str]) -> str:
        """Cancelled, it leaves the clone at vCenter alone."""
        running = asyncio.create_task(cloning)
        running.add_done_callback(lambda _: self._accepted.set())
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await self._accepted.wait()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            raise
        finally:
            await asyncio.gather(*self._notes)
