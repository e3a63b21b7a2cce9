"""The log of a build: lines for people, without secrets, bounded, written now and then."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from provisioner.images.redaction import Redactor

LONGEST_LINE = 2000
MOST_LINES = 20_000
# Of what comes after so many, the end is kept: it tells how it ended.
LAST_LINES = 200
WRITE_SECONDS = 1.0
LAST_ATTEMPTS = 5

logger = logging.getLogger(__name__)

Append = Callable[[Sequence[str]], Awaitable[None]]


class Log:
    """Between `hear` and whoever appends lines, once a second at most.

    Lines that could not be appended are tried again with the next ones, and in the end some more
    times: no log decides what becomes of a build.
    """

    def __init__(self, append: Append, redact: Redactor) -> None:
        self._append, self._redact = append, redact
        self._waiting: list[str] = []
        self._left = MOST_LINES
        self._end: deque[str] = deque(maxlen=LAST_LINES)
        self._missing = 0

    def say(self, text: str) -> None:
        for line in self._redact(text).splitlines():
            self._take(line.rstrip()[:LONGEST_LINE])

    @asynccontextmanager
    async def written(self) -> AsyncIterator[None]:
        """Whatever was said within is appended when this is over."""
        over = asyncio.Event()
        writing = asyncio.create_task(self._write_until(over))
        try:
            yield
        finally:
            over.set()
            await asyncio.shield(writing)

    def _take(self, line: str) -> None:
        if not line:
            return
        if self._left > 0:
            self._left -= 1
            self._waiting.append(line)
            return
        self._missing += 1
        self._end.append(line)

    def _ending(self) -> list[str]:
        dropped = self._missing - len(self._end)
        return [*([f"({dropped} lines are left out)"] if dropped > 0 else []), *self._end]

    async def _write_until(self, over: asyncio.Event) -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), WRITE_SECONDS)
            if not over.is_set():
                await self._write()
        self._waiting += self._ending()
        for attempt in range(LAST_ATTEMPTS):
            await asyncio.sleep(WRITE_SECONDS if attempt else 0)
            if await self._write():
                return
        logger.error("the last %d lines of a build's log are lost", len(self._waiting))

    async def _write(self) -> bool:
        """Whether nothing is left to write."""
        lines = tuple(self._waiting)
        try:
            if lines:
                await self._append(lines)
        except Exception:
            logger.warning("%d lines of a build's log wait", len(lines), exc_info=True)
            return False
        del self._waiting[: len(lines)]
        return True
