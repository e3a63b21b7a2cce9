"""The real guests of a vCenter."""

import logging
import threading
from pathlib import Path

from lab.guests.config import Machines
from lab.guests.interface import GuestTools, GuestVM
from lab.guests.machines.cgroups import Cgroups
from lab.guests.machines.commands import CommandError
from lab.guests.machines.disk import Disk
from lab.guests.machines.machine import Machine
from lab.guests.machines.nics import Nics
from lab.guests.machines.open_vm_tools import OpenVmTools
from provisioner.bootstrap.guestinfo import METADATA

log = logging.getLogger(__name__)


class Slot:
    """A VM's place: its disk lasts, its machine is there while the VM is on."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.machine: Machine | None = None
        self.wanted = False
        # Booting takes a while, and the next order may come before it is done.
        self.lock = threading.Lock()


class MachineRunner:
    """Implements GuestRunner on systemd-nspawn. Needs root and the bridges of the configuration.

    VMs of templates without an image, and VMs without guestinfo, are left alone.
    """

    def __init__(self, folder: Path, machines: Machines, tools: GuestTools) -> None:
        self._folder = folder
        self._config = machines
        self._open_vm_tools = OpenVmTools(tools)
        self._slots: dict[str, Slot] = {}

    def power_on(self, vm: GuestVM) -> None:
        if vm.template not in self._config.images or METADATA not in vm.extra_config:
            return
        slot = self._slots.setdefault(vm.moref, Slot(self._disk(vm)))
        slot.wanted = True
        # Several boot at once; the next order for this one waits for the lock.
        threading.Thread(target=self._boot, args=(slot, vm), name=vm.name, daemon=True).start()

    def power_off(self, moref: str) -> None:
        slot = self._slots.get(moref)
        if slot is None:
            return
        slot.wanted = False
        with slot.lock:
            self._open_vm_tools.forget(moref)
            if slot.machine:
                log.info("%s is powered off", slot.machine.vm.name)
                slot.machine.cut_power()
            slot.machine = None

    def reconfigure(self, vm: GuestVM) -> None:
        slot = self._slots.get(vm.moref)
        if slot is None:
            return
        with slot.lock:
            if slot.machine:
                slot.machine.guest.show(vm.extra_config)

    def destroy(self, moref: str) -> None:
        self.power_off(moref)
        slot = self._slots.pop(moref, None)
        if slot:
            slot.disk.destroy()
            log.info("%s is destroyed", slot.disk.folder.name)

    def close(self) -> None:
        self._open_vm_tools.stop()
        for moref in tuple(self._slots):
            self.power_off(moref)
        Cgroups(self._config.lab, "").remove()

    def guests(self) -> list[dict[str, str]]:
        """Name, moref, address, state and process number of every guest with a disk."""
        return [self._describe(moref, slot) for moref, slot in tuple(self._slots.items())]

    def _boot(self, slot: Slot, vm: GuestVM) -> None:
        with slot.lock:
            if slot.machine or not slot.wanted:
                return
            nics = Nics(vm, self._config.bridges)
            machine = Machine(vm, slot.disk, nics, Cgroups(self._config.lab, vm.moref))
            try:
                machine.boot(self._config.nameserver)
            except (CommandError, OSError, KeyError) as problem:
                log.error("%s does not boot: %s", vm.name, problem)
                machine.cut_power()
                return
            slot.machine = machine
            self._open_vm_tools.watch(machine)
        log.info("%s is powered on", vm.name)

    def _disk(self, vm: GuestVM) -> Disk:
        folder = self._folder / f"{vm.name}-{vm.instance_uuid}"
        return Disk(folder, self._config.images[vm.template])

    def _describe(self, moref: str, slot: Slot) -> dict[str, str]:
        machine = slot.machine
        state = "off" if machine is None else "running" if machine.running else "dead"
        return {
            "name": machine.vm.name if machine else slot.disk.folder.name,
            "moref": moref,
            "address": self._open_vm_tools.address(moref) if machine else "",
            "state": state,
            "pid": str(machine.leader or "") if machine else "",
        }
