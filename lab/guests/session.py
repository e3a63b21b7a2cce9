"""The guests' way to vCenter. Its requests can be told from the product's by their user agent."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from pyVmomi import vim

from provisioner.domain.virtual_machines import VCenterAccess
from provisioner.vsphere.transport import RequestCounter, Transport

T = TypeVar("T")

USER_AGENT = "lab-guests"
REQUEST_SECONDS = 120.0


class GuestTransport(Transport):
    def __init__(self, access: VCenterAccess) -> None:
        super().__init__(access, RequestCounter(), REQUEST_SECONDS)
        self._customHeaders = {"User-Agent": USER_AGENT}


class GuestSession:
    """Logs in when needed. Safe for several threads."""

    def __init__(self, access: VCenterAccess) -> None:
        self._access = access
        self._transport = GuestTransport(access)
        self._lock = threading.Lock()
        self._logins = 0
        self.content: Any = None

    def vm(self, moref: str) -> Any:
        return vim.VirtualMachine(moref, self._transport)

    def port_group(self, moref: str) -> Any:
        return vim.dvs.DistributedVirtualPortgroup(moref, self._transport)

    def call(self, invoke: Callable[[], T]) -> T:
        """A session that was ended meanwhile is renewed, once."""
        seen = self._logins or self._log_in(0)
        try:
            return invoke()
        except vim.fault.NotAuthenticated:
            self._log_in(seen)
            return invoke()

    def abort(self) -> None:
        """Requests under way fail now."""
        self._transport.abort()

    def close(self) -> None:
        """vCenter ends the session by itself once it is idle."""
        self._transport.close()

    def _log_in(self, seen: int) -> int:
        with self._lock:
            if self._logins == seen:
                self._transport.cookie = ""
                instance = vim.ServiceInstance("ServiceInstance", self._transport)
                self.content = instance.RetrieveContent()
                password = self._access.password.get_secret_value()
                self.content.sessionManager.Login(self._access.username, password, None)
                self._logins += 1
            return self._logins
