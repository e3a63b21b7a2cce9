"""One vCenter session for all threads of a process: renewed once when lost, never guessed at."""

import asyncio
import contextlib
import functools
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from pyVmomi import vim

from provisioner.domain.virtual_machines import VCenterAccess
from provisioner.vsphere.errors import (
    LoginRejected,
    SessionLost,
    VCenterError,
    VCenterUnreachable,
)
from provisioner.vsphere.faults import attempt
from provisioner.vsphere.poller import GRACE_SECONDS, LONGEST_POLL_SECONDS, Poller
from provisioner.vsphere.transport import RequestCounter, Transport

T = TypeVar("T")

REQUEST_SECONDS = 120


class Session:
    """Logs in at the first call. `call` and `call_once` raise VCenterError."""

    def __init__(self, access: VCenterAccess, executor: ThreadPoolExecutor) -> None:
        self._access = access
        self._executor = executor
        self._counter = RequestCounter()
        self._calls = self._transport(REQUEST_SECONDS)
        self._pollers: list[Poller] = []
        self._lock = threading.Lock()
        self._logins = 0
        self._rejection: LoginRejected | None = None
        self._content: Any = None

    @property
    def requests(self) -> Counter[str]:
        return self._counter.read()

    @property
    def content(self) -> Any:
        """The service's entry points; there from the first call on."""
        return self._content

    def reference(self, kind: Any, moref: str) -> Any:
        return kind(moref, self._calls)

    def new_poller(self) -> Poller:
        poller = Poller(self._transport(LONGEST_POLL_SECONDS + GRACE_SECONDS))
        poller.transport.cookie = self._calls.cookie
        self._pollers.append(poller)
        return poller

    def drop_poller(self, poller: Poller) -> None:
        self._pollers.remove(poller)
        poller.close()

    async def call(self, tried: str, invoke: Callable[[], T]) -> T:
        """`tried` completes "Tried to ..." in errors. `invoke` blocks, and may run again: a kept
        connection may turn out dead, and nobody knows then whether vCenter got the request.
        """
        try:
            return await self.call_once(tried, invoke)
        except VCenterUnreachable:
            return await self.call_once(tried, invoke)

    async def call_once(self, tried: str, invoke: Callable[[], T]) -> T:
        """As `call`, for what must not be done twice."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._executor, functools.partial(self._call, tried, invoke)
        )

    def _call(self, tried: str, invoke: Callable[[], T]) -> T:
        """Blocks. A session that turns out lost is renewed once."""
        seen = self._logins or self._renew(0)
        try:
            return attempt(tried, invoke)
        except SessionLost:
            self._renew(seen)
            return attempt(tried, invoke)

    async def close(self) -> None:
        """Logs out if it can; without that, vCenter ends the session when it is idle."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._executor, self._close)

    def _close(self) -> None:
        for poller in self._pollers:
            poller.close()
        if self._logins:
            with contextlib.suppress(VCenterError):
                attempt("log out", self._content.sessionManager.Logout)
        self._calls.close()

    def _renew(self, seen: int) -> int:
        """A new login, unless another thread has made one since `seen`. Returns its number."""
        with self._lock:
            if self._logins == seen:
                self._log_in()
                self._logins += 1
            return self._logins

    def _log_in(self) -> None:
        if self._rejection is not None:
            raise self._rejection.with_traceback(None)
        # A transport of its own: the cookie of a session that lives on would make the login fail.
        fresh = self._transport(REQUEST_SECONDS)
        tried = f"log in to {self._access.host}:{self._access.port} as {self._access.username}"
        try:
            attempt(tried, lambda: self._enter(fresh))
        except LoginRejected as error:
            self._rejection = error
            raise
        finally:
            fresh.close()
        for transport in (self._calls, *(poller.transport for poller in self._pollers)):
            transport.cookie = fresh.cookie

    def _enter(self, transport: Transport) -> None:
        if self._content is None:
            self._content = vim.ServiceInstance("ServiceInstance", self._calls).RetrieveContent()
        manager = vim.SessionManager(self._content.sessionManager._moId, transport)
        manager.Login(self._access.username, self._access.password.get_secret_value(), None)

    def _transport(self, timeout: float) -> Transport:
        return Transport(self._access, self._counter, timeout)
