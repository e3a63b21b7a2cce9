"""The log of a build: lines for people, without secrets, bounded, written now and then."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from provisioner.images.redaction import Redactor

LONGEST_LINE = 2000
MOST_LINES = 20_000
# Of what comes after so many, the end is kept: it tells how it ended.
LAST_LINES = 200
WRITE_SECONDS = 1.0

Append = Callable[[Sequence[str]], Awaitable[None]]


class Log:
    """Between `hear` and whoever appends lines, once a second at most."""

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
        writing = asyncio.create_task(self._write_now_and_then())
        try:
            yield
        finally:
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing
            await self._write([*self._taken(), *self._ending()])

    def _take(self, line: str) -> None:
        if not line:
            return
        if self._left > 0:
            self._left -= 1
            self._waiting.append(line)
            return
        self._missing += 1
        self._end.append(line)

    def _taken(self) -> list[str]:
        taken, self._waiting = self._waiting, []
        return taken

    def _ending(self) -> list[str]:
        dropped = self._missing - len(self._end)
        return [*([f"({dropped} lines are left out)"] if dropped > 0 else []), *self._end]

    async def _write_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            await asyncio.shield(self._write(self._taken()))

    async def _write(self, lines: list[str]) -> None:
        if lines:
            await self._append(lines)
