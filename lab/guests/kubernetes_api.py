"""Serves in-memory clusters on real TLS. One thread carries every server of the process."""

import asyncio
import functools
import ssl
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from lab.guests.kubernetes.cluster import InMemoryCluster
from lab.guests.kubernetes.connection import Reader, Writer, converse
from lab.guests.kubernetes.pods import SeedPod
from provisioner.tls import load_key_pair

__all__ = ["InMemoryCluster", "KubernetesServer", "SeedPod", "ServerTls", "serve"]

SECONDS_TO_OPEN_OR_CLOSE = 10


@dataclass(frozen=True)
class ServerTls:
    """All PEM. Client certificates must come from `client_authority`."""

    certificate: str
    private_key: str = field(repr=False)
    client_authority: str

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        load_key_pair(context, self.certificate, self.private_key)
        context.load_verify_locations(cadata=self.client_authority)
        context.verify_mode = ssl.CERT_OPTIONAL
        return context


class KubernetesServer:
    """One address at which a cluster's API answers. Made by `serve`."""

    def __init__(self, cluster: InMemoryCluster) -> None:
        self._cluster = cluster
        self._server: asyncio.Server | None = None
        self._connections: set[Writer] = set()
        self.address = ""
        self.port = 0

    @property
    def url(self) -> str:
        return f"https://{self.address}:{self.port}"

    def close(self) -> None:
        """Frees the address at once and cuts open connections. May be repeated."""
        _run(self._close())

    async def open(self, address: str, port: int, context: ssl.SSLContext) -> None:
        self._server = await asyncio.start_server(
            self._accept, address, port, ssl=context, reuse_address=True
        )
        self.address, self.port = self._server.sockets[0].getsockname()[:2]

    async def _accept(self, reader: Reader, writer: Writer) -> None:
        self._connections.add(writer)
        try:
            await converse(self._cluster, reader, writer)
        finally:
            self._connections.discard(writer)

    async def _close(self) -> None:
        if self._server:
            self._server.close()
            await self._server.wait_closed()
        for writer in self._connections:
            writer.transport.abort()


def serve(cluster: InMemoryCluster, address: str, port: int, tls: ServerTls) -> KubernetesServer:
    """Answers at `address:port` (0: any free port) until closed.

    Raises OSError when the address is taken. Anybody may read /livez and /version, bootstrap
    tokens may register nodes, all else takes a client certificate of an administrator.
    """
    server = KubernetesServer(cluster)
    _run(server.open(address, port, tls.context()))
    return server


def _run(work: Coroutine[Any, Any, None]) -> None:
    future = asyncio.run_coroutine_threadsafe(work, _shared_loop())
    future.result(SECONDS_TO_OPEN_OR_CLOSE)


@functools.cache
def _shared_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="kubernetes-api", daemon=True).start()
    return loop
