"""VMware Tools of all guests: what they report goes to vCenter one after the other."""

import logging
import queue
import threading
from collections.abc import Mapping
from ipaddress import ip_interface
from typing import Any

from pyVmomi import vim, vmodl

from lab.guests.session import GuestSession

log = logging.getLogger(__name__)

RUNNING, SILENT = "guestToolsRunning", "guestToolsNotRunning"
# The simulator takes extraConfig keys with this prefix for properties of the VM.
PREFIX = "SET.guest."

NicInfo: Any = vim.vm.GuestInfo.NicInfo


class VMwareTools:
    """Implements GuestTools: one request per report, from one thread."""

    def __init__(self, session: GuestSession) -> None:
        self._session = session
        self._reports: queue.SimpleQueue[tuple[str, dict[str, Any]]] = queue.SimpleQueue()
        threading.Thread(target=self._deliver, name="tools", daemon=True).start()

    def report(self, moref: str, address: str) -> None:
        self._report(moref, {"toolsRunningStatus": RUNNING, "ipAddress": address})

    def report_nics(self, moref: str, addresses: Mapping[str, tuple[str, ...]]) -> None:
        nics = NicInfo.Array(_nic(mac, found) for mac, found in addresses.items())
        first = next((nic.ipAddress[0] for nic in nics if nic.ipAddress), None)
        status = {"toolsRunningStatus": RUNNING} | ({"ipAddress": first} if first else {})
        # The NICs come last: the simulator puts ipAddress into what it knew of the first one.
        self._report(moref, status | {"net": nics})

    def publish(self, moref: str, values: Mapping[str, str]) -> None:
        self._reports.put((moref, dict(values)))

    def fall_silent(self, moref: str) -> None:
        self._report(moref, {"toolsRunningStatus": SILENT})

    def _report(self, moref: str, values: dict[str, Any]) -> None:
        self._reports.put((moref, {PREFIX + key: value for key, value in values.items()}))

    def _deliver(self) -> None:
        while True:
            moref, values = self._reports.get()
            try:
                self._session.call(lambda: self._set(moref, values))  # noqa: B023
            except vmodl.fault.ManagedObjectNotFound:
                continue
            except Exception:
                log.exception("reporting of %s failed", moref)

    def _set(self, moref: str, values: dict[str, Any]) -> Any:
        options = [vim.option.OptionValue(key=key, value=value) for key, value in values.items()]
        return self._session.vm(moref).ReconfigVM_Task(vim.vm.ConfigSpec(extraConfig=options))


def _nic(mac: str, addresses: tuple[str, ...]) -> Any:
    return NicInfo(
        macAddress=mac,
        connected=True,
        deviceConfigId=-1,
        ipAddress=[str(ip_interface(one).ip) for one in addresses],
    )
