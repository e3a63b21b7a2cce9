"""The real guests of a vCenter."""

import logging
from concurrent.futures import Future, wait
from pathlib import Path

from lab.guests.config import Machines
from lab.guests.interface import GuestTools, GuestVM
from lab.guests.machines.cgroups import Cgroups, remove_groups
from lab.guests.machines.commands import CommandError
from lab.guests.machines.disk import Disk
from lab.guests.machines.kernel import ensure_enough_watches
from lab.guests.machines.machine import Machine
from lab.guests.machines.nics import Nics
from lab.guests.machines.open_vm_tools import OpenVmTools
from lab.guests.machines.slot import Slot

log = logging.getLogger(__name__)


class MachineRunner:
    """Implements GuestRunner on systemd-nspawn. Needs root and the bridges of the configuration.

    VMs of templates without an image are left alone.
    """

    def __init__(self, folder: Path, machines: Machines, tools: GuestTools) -> None:
        ensure_enough_watches()
        self._folder = folder
        self._config = machines
        self._open_vm_tools = OpenVmTools(tools)
        self._slots: dict[str, Slot] = {}
        self._going: list[Future[None]] = []

    def create(self, vm: GuestVM) -> None:
        source = self._slots.get(vm.source)
        if vm.template not in self._config.images or vm.moref in self._slots:
            return
        slot = self._slot(vm)
        if source or slot.disk.exists:
            self._slots[vm.moref] = slot
        if source:
            copied = source.order(_copy, slot.disk)
            slot.order(lambda _: copied.result())

    def power_on(self, vm: GuestVM) -> None:
        if vm.template in self._config.images:
            slot = self._slots.setdefault(vm.moref, self._slot(vm))
            slot.order(self._boot, vm)

    def shut_down(self, moref: str) -> None:
        slot = self._slots.get(moref)
        if slot:
            slot.order(_shut_down)

    def power_off(self, moref: str) -> None:
        slot = self._slots.get(moref)
        if slot is None:
            return
        self._open_vm_tools.forget(moref)
        if slot.machine:
            slot.machine.pull_plug()
        slot.order(self._clear)

    def reconfigure(self, vm: GuestVM) -> None:
        slot = self._slots.get(vm.moref)
        if slot:
            slot.order(_show, vm)

    def destroy(self, moref: str) -> None:
        self.power_off(moref)
        slot = self._slots.pop(moref, None)
        if slot:
            self._going = [one for one in self._going if not one.done()]
            self._going.append(slot.order(_destroy))
            slot.end(wait=False)

    def close(self) -> None:
        self._open_vm_tools.stop()
        for moref in tuple(self._slots):
            self.power_off(moref)
        for slot in self._slots.values():
            slot.end()
        wait(self._going)
        remove_groups(self._config.lab)

    def guests(self) -> list[dict[str, str]]:
        """Name, moref, state, process 1, first and all addresses of every guest with a disk."""
        return [self._describe(moref, slot) for moref, slot in tuple(self._slots.items())]

    def _slot(self, vm: GuestVM) -> Slot:
        folder = self._folder / f"{vm.name}-{vm.instance_uuid}"
        return Slot(vm.name, Disk(folder, self._config.images[vm.template]))

    def _boot(self, slot: Slot, vm: GuestVM) -> None:
        if slot.machine:
            return
        nics, cgroups = Nics(vm, self._config.bridges), Cgroups(self._config.lab, vm.moref)
        machine = Machine(vm, slot.disk, nics, cgroups)
        try:
            machine.boot(self._config.nameserver)
        except (CommandError, OSError, KeyError):
            machine.clear()
            raise
        slot.machine = machine
        self._open_vm_tools.watch(machine)
        log.info("%s is powered on", slot.name)

    def _clear(self, slot: Slot) -> None:
        if slot.machine:
            slot.machine.clear()
            log.info("%s is powered off", slot.name)
        slot.machine = None

    def _describe(self, moref: str, slot: Slot) -> dict[str, str]:
        machine = slot.machine
        addresses = self._open_vm_tools.addresses(moref) if machine else []
        return {
            "name": slot.name,
            "moref": moref,
            "address": addresses[0] if addresses else "",
            "addresses": " ".join(addresses),
            "state": "off" if machine is None else "running" if machine.running else "dead",
            "pid": str(machine.leader or "") if machine else "",
        }


def _copy(source: Slot, target: Disk) -> None:
    target.begin_as(source.disk)


def _shut_down(slot: Slot) -> None:
    if slot.machine:
        slot.machine.shut_down()


def _show(slot: Slot, vm: GuestVM) -> None:
    if slot.machine:
        slot.machine.guest.show(vm.extra_config)


def _destroy(slot: Slot) -> None:
    slot.disk.destroy()
    log.info("%s is destroyed", slot.name)
