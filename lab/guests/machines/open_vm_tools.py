"""The part of VMware Tools for running machines: looks into them, and tells vCenter what is new."""

import logging
import threading
import time

from lab.guests.interface import GuestTools
from lab.guests.machines.machine import Machine

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
# Looking costs a process; once a machine has addresses they rarely change.
LATER_LOOK_SECONDS = 3.0

Addresses = dict[str, tuple[str, ...]]


class OpenVmTools:
    """One thread looks at all machines in turn."""

    def __init__(self, tools: GuestTools) -> None:
        self._tools = tools
        self._machines: dict[str, Machine] = {}
        self._addresses: dict[str, Addresses] = {}
        self._looked: dict[str, float] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="open-vm-tools", daemon=True)
        self._thread.start()

    def watch(self, machine: Machine) -> None:
        self._addresses.pop(machine.vm.moref, None)
        self._looked.pop(machine.vm.moref, None)
        self._machines[machine.vm.moref] = machine

    def forget(self, moref: str) -> None:
        self._machines.pop(moref, None)
        self._addresses.pop(moref, None)

    def addresses(self, moref: str) -> list[str]:
        """Of all NICs in turn; none while nothing is known."""
        known = self._addresses.get(moref, {}).values()
        return [one.split("/")[0] for found in known for one in found]

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            for moref, machine in tuple(self._machines.items()):
                try:
                    self._look(moref, machine)
                except Exception:
                    log.exception("looking into %s failed", machine.vm.name)

    def _look(self, moref: str, machine: Machine) -> None:
        if machine.has_shut_down:
            self.forget(moref)
            self._tools.power_off(moref)
            return
        if published := machine.guest.published():
            self._tools.publish(moref, published)
        if not self._is_due(moref):
            return
        found, known = machine.addresses(), self._addresses.get(moref)
        if any(found.values()) and found != known and moref in self._machines:
            self._addresses[moref] = found
            self._tools.report_nics(moref, found)

    def _is_due(self, moref: str) -> bool:
        now = time.monotonic()
        if moref in self._addresses and now < self._looked.get(moref, 0) + LATER_LOOK_SECONDS:
            return False
        self._looked[moref] = now
        return True
