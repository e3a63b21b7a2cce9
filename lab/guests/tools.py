"""VMware Tools of all guests: what they report goes to vCenter one after the other."""

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from functools import partial
from ipaddress import IPv4Interface, IPv6Interface, ip_interface
from typing import Any

from pyVmomi import vim, vmodl

from lab.guests.session import GuestSession

log = logging.getLogger(__name__)

RUNNING, SILENT = "guestToolsRunning", "guestToolsNotRunning"
GUEST_RUNS = {"toolsRunningStatus": RUNNING, "guestState": "running"}
# The simulator takes extraConfig keys with this prefix for properties of the VM.
PREFIX = "SET.guest."

NicInfo: Any = vim.vm.GuestInfo.NicInfo
IpConfig: Any = vim.net.IpConfigInfo


class VMwareTools:
    """Implements GuestTools: one request per report, from one thread."""

    def __init__(self, session: GuestSession) -> None:
        self._session = session
        self._requests: queue.SimpleQueue[tuple[str, Callable[[Any], Any]]] = queue.SimpleQueue()
        threading.Thread(target=self._deliver, name="tools", daemon=True).start()

    def report(self, moref: str, address: str) -> None:
        self._report(moref, GUEST_RUNS | {"ipAddress": address})

    def report_nics(self, moref: str, addresses: Mapping[str, tuple[str, ...]]) -> None:
        nics = NicInfo.Array(_nic(mac, found) for mac, found in addresses.items())
        first = next((nic.ipAddress[0] for nic in nics if nic.ipAddress), None)
        status = GUEST_RUNS | ({"ipAddress": first} if first else {})
        # The NICs come last: the simulator puts ipAddress into what it knew of the first one.
        self._report(moref, status | {"net": nics})

    def publish(self, moref: str, values: Mapping[str, str]) -> None:
        self._set(moref, values)

    def fall_silent(self, moref: str) -> None:
        self._report(moref, {"toolsRunningStatus": SILENT})

    def power_off(self, moref: str) -> None:
        self._requests.put((moref, lambda vm: vm.PowerOffVM_Task()))

    def _report(self, moref: str, values: dict[str, Any]) -> None:
        self._set(moref, {PREFIX + key: value for key, value in values.items()})

    def _set(self, moref: str, values: Mapping[str, Any]) -> None:
        options = [vim.option.OptionValue(key=key, value=value) for key, value in values.items()]
        spec = vim.vm.ConfigSpec(extraConfig=options)
        self._requests.put((moref, lambda vm: vm.ReconfigVM_Task(spec)))

    def _deliver(self) -> None:
        while True:
            moref, request = self._requests.get()
            try:
                self._session.call(partial(self._ask, moref, request))
            except vmodl.fault.ManagedObjectNotFound:
                continue
            except Exception:
                log.exception("reporting of %s failed", moref)

    def _ask(self, moref: str, request: Callable[[Any], Any]) -> Any:
        return request(self._session.vm(moref))


def _nic(mac: str, addresses: tuple[str, ...]) -> Any:
    """Addresses twice, as VMware's tools tell them: govmomi's clients read ipConfig only."""
    found = [ip_interface(one) for one in addresses]
    return NicInfo(
        macAddress=mac,
        connected=True,
        deviceConfigId=-1,
        ipAddress=[str(one.ip) for one in found],
        ipConfig=IpConfig(ipAddress=[_configured(one) for one in found]),
    )


def _configured(address: IPv4Interface | IPv6Interface) -> Any:
    return IpConfig.IpAddress(
        ipAddress=str(address.ip), prefixLength=address.network.prefixlen, state="preferred"
    )
