"""Calls that come together become one."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

_GATHER_SECONDS = 0.05
_AT_ONCE = 16

Send = Callable[[], Awaitable[None]]


class Gathered:
    """Belongs to one event loop; calls may come from any thread. What is sent must not raise."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: dict[str, asyncio.Task[None]] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self._limit = asyncio.Semaphore(_AT_ONCE)
        self._hurry = asyncio.Event()

    def soon(self, key: str, send: Send) -> None:
        """Returns at once; `send` follows a moment later, once for all calls with this key."""
        self._loop.call_soon_threadsafe(self._wait, key, send)

    async def drain(self) -> None:
        """Sends what still waits, and waits for it."""
        self._hurry.set()
        await asyncio.sleep(0)  # calls from other threads are taken in
        await asyncio.gather(*self._waiting.values(), *self._sending)

    def _wait(self, key: str, send: Send) -> None:
        if key not in self._waiting:
            self._waiting[key] = self._loop.create_task(self._gather(key, send))

    async def _gather(self, key: str, send: Send) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), _GATHER_SECONDS)
        # From here on a new call is a new sending: this one may be too early for it.
        task = self._waiting.pop(key)
        self._sending.add(task)
        try:
            async with self._limit:
                await send()
        finally:
            self._sending.discard(task)
