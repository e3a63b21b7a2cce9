"""SOAP over verified connections, counted by method.

pyVmomi's stub gives each request a connection of its own from a pool, so threads can share one.
"""

import contextlib
import functools
import socket
import threading
from collections import Counter
from typing import Any

from pyVmomi.SoapAdapter import SoapStubAdapter

from provisioner.domain.virtual_machines import VCenterAccess
from provisioner.vsphere.tls import VerifiedConnection, context_for

# The oldest one we support: newer vCenters serve older clients.
API_VERSION = "vim.version.v7_0"
POOL_SIZE = 16
# vCenter's proxy closes idle connections; a request sent into a closing one would be lost.
POOL_IDLE_SECONDS = 30


Untyped: Any = SoapStubAdapter


class RequestCounter:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_method: Counter[str] = Counter()

    def add(self, method: str) -> None:
        with self._lock:
            self._by_method[method] += 1

    def read(self) -> Counter[str]:
        with self._lock:
            return self._by_method.copy()


class Transport(Untyped):  # type: ignore[misc]  # pyVmomi has no types for it
    def __init__(self, access: VCenterAccess, counter: RequestCounter, timeout: float) -> None:
        super().__init__(
            host=access.host,
            port=access.port,
            version=API_VERSION,
            sslContext=context_for(access),
            httpConnectionTimeout=timeout,
            connectionPoolTimeout=POOL_IDLE_SECONDS,
            poolSize=POOL_SIZE,
        )
        self.scheme = functools.partial(VerifiedConnection, thumbprint=access.thumbprint)
        self._counter = counter
        self._in_use: set[VerifiedConnection] = set()
        self._in_use_lock = threading.Lock()
        self._closed = False

    def close(self) -> None:
        """Connections still in use are closed by whoever uses them, when that is over."""
        with self._in_use_lock:
            self._closed = True
            self.DropConnections()

    def abort(self) -> None:
        """Makes requests that are under way fail now, from whatever thread."""
        with self._in_use_lock:
            connections = tuple(self._in_use)
        for connection in connections:
            if connection.sock is not None:
                with contextlib.suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RDWR)

    def InvokeMethod(self, mo: Any, info: Any, args: Any, outerStub: Any = None) -> Any:  # noqa: N802, N803 pyVmomi's names
        self._counter.add(info.wsdlName)
        return super().InvokeMethod(mo, info, args, outerStub)

    def GetConnection(self) -> VerifiedConnection:  # noqa: N802 pyVmomi's name
        connection: VerifiedConnection = super().GetConnection()
        with self._in_use_lock:
            # Those that failed were closed, and never given back.
            self._in_use = {one for one in self._in_use if one.sock is not None} | {connection}
        return connection

    def ReturnConnection(self, conn: VerifiedConnection) -> None:  # noqa: N802 pyVmomi's name
        with self._in_use_lock:
            self._in_use.discard(conn)
            if self._closed:
                conn.close()
            else:
                super().ReturnConnection(conn)
