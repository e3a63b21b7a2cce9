"""The line between the product and its vCenter, which a test can hold and cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

HOST = "127.0.0.1"
CHUNK = 65536


class Wire:
    """Carries bytes to where it leads. TLS passes through untouched."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    @property
    def in_use(self) -> bool:
        return bool(self._writers)

    def lead_to(self, host: str, port: int) -> None:
        """From now on; what is connected is cut."""
        self._host, self._port = host, port
        self.cut()

    def hold_answers(self) -> None:
        """Requests arrive; their answers wait on the wire."""
        self._flowing.clear()

    def release_answers(self) -> None:
        self._flowing.set()

    def cut(self) -> None:
        """What is on the wire is lost. New connections get through, and answers flow again."""
        for writer in self._writers:
            writer.transport.abort()
        self._flowing.set()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there = await asyncio.open_connection(self._host, self._port)
        self._writers |= {writer, there}
        with suppress(OSError):
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(reader, there, holds=False))
                both.create_task(self._carry(there_reader, writer, holds=True))
        self._writers -= {writer, there}

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, holds: bool
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                if holds:
                    await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def laid_to(host: str, port: int) -> AsyncIterator[Wire]:
    wire = Wire(host, port)
    server = await asyncio.start_server(wire.accept, HOST, 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        wire.cut()
