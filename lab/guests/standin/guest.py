"""One guest from power on to power off."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.guests.control_planes import ControlPlanes
from lab.guests.interface import GuestTools
from lab.guests.leases import Leases
from lab.guests.misbehaviour import NO_ADDRESS, Misbehaviour
from lab.guests.standin import etcd, kubelet
from lab.guests.standin.balancers import Balancers
from lab.guests.standin.cloud_init import finish, first_boot, show_network
from lab.guests.standin.configuration import follow
from lab.guests.standin.load_balancer import is_member
from lab.guests.standin.machine import Machine
from lab.guests.standin.service import UNITS, Service
from lab.guests.standin.systemctl import boot_units
from lab.guests.user_data import Interface, Received, received
from provisioner.bootstrap.layout import AGENT_UNIT, BOOT_CHECK_UNIT

log = logging.getLogger(__name__)

# What of a guest's units is run as it is: the programs that the product delivers.
DELIVERED = (AGENT_UNIT, BOOT_CHECK_UNIT)


@dataclass(frozen=True)
class Surroundings:
    """What all guests share. `control` is where their programs ask."""

    tools: GuestTools
    leases: Leases
    planes: ControlPlanes
    balancers: Balancers
    misbehaviour: Misbehaviour
    programs: Path
    control: str


class Guest:
    """Runs in a thread of its own; `stop` may come at any time from another."""

    def __init__(self, machine: Machine, around: Surroundings) -> None:
        self.machine = machine
        self._around = around
        self._off = threading.Event()
        self._service: Service | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=machine.vm.name, daemon=True)

    def start(self) -> None:
        self.machine.on = True
        self._thread.start()

    def stop(self) -> None:
        """At once: a guest that is just booting notices before its next step."""
        self._off.set()
        with self._lock:
            if self._service:
                self._service.stop()
        self._thread.join()
        with self.machine.lock:
            self.machine.on = False
            kubelet.stop(self.machine, self._around.planes)
            etcd.stop(self.machine)
            self._around.balancers.leave(self.machine.vm.moref)
            self.machine.floats, self.machine.state = False, "off"

    def die(self) -> None:
        """The guest is gone, its VM stays powered on."""
        self.stop()
        self._around.tools.fall_silent(self.machine.vm.moref)
        self.machine.state = "dead"

    def _run(self) -> None:
        try:
            self._boot(received(self.machine.vm.extra_config))
        except Exception:
            log.exception("%s crashed", self.machine.vm.name)
            self.machine.state = "crashed"

    def _boot(self, got: Received) -> None:
        self.machine.state = "booting"
        for address in got.addresses_in_use():
            self._around.leases.take(address)
        first_boot(self.machine, got)
        show_network(self.machine)
        if not self._find_address(got):
            self.machine.state = "without an address"
            return
        self._around.tools.report(self.machine.vm.moref, self.machine.address)
        boot_units(self.machine)
        if self.machine.is_joined:
            kubelet.start(self.machine, self._around.planes)
        finish(self.machine, got)
        if is_member(self.machine):
            self._around.balancers.join(self.machine)
        self.machine.state = "running"
        for unit in DELIVERED:
            if self.machine.has(f"{UNITS}/{unit}"):
                self._run_unit(unit)

    def _find_address(self, got: Received) -> bool:
        """Of the first NIC; if the metadata speaks of one, that must be its MAC."""
        leased = [Interface(mac, None) for mac in self.machine.vm.macs]
        wanted = next(iter(got.interfaces() or leased), None)
        if wanted is None or wanted.mac not in self.machine.vm.macs:
            log.warning("%s has no NIC with the MAC of its metadata", self.machine.vm.name)
            return False
        if self._around.misbehaviour.befalls(self.machine.name, NO_ADDRESS):
            return False
        self.machine.address = wanted.address or self._lease(wanted.mac)
        return True

    def _lease(self, mac: str) -> str:
        """The disk remembers, so that the lab itself may be restarted."""
        file = self.machine.folder / "lease"
        address = self._around.leases.lease(mac, file.read_text() if file.exists() else None)
        file.write_text(address)
        return address

    def _run_unit(self, unit: str) -> None:
        service = Service(self.machine, unit, self._environment())
        with self._lock:
            if self._off.is_set():
                return
            self._service = service
        service.run()
        if not self._off.is_set():
            follow(self.machine, self._around.tools)

    def _environment(self) -> Mapping[str, str]:
        return {
            "PATH": f"{self._around.programs}:/usr/bin:/bin",
            "LAB_GUESTS": self._around.control,
            "LAB_GUEST": self.machine.vm.moref,
        }
