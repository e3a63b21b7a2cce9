"""The stand-in guests of a vCenter."""

import logging
import shutil
import threading
from pathlib import Path

from lab.guests.interface import GuestVM
from lab.guests.misbehaviour import DIES_AFTER_LEADER
from lab.guests.standin import kubelet
from lab.guests.standin.configuration import follow
from lab.guests.standin.guest import Guest, Surroundings
from lab.guests.standin.machine import Machine
from lab.guests.standin.programs import Programs
from lab.guests.standin.result import Result
from provisioner.bootstrap.guestinfo import METADATA

log = logging.getLogger(__name__)

POWER_CUT = Result(137, "Killed\n")


class StandInRunner:
    """Implements GuestRunner: each guest is a folder and the delivered agent running in it."""

    def __init__(self, folder: Path, around: Surroundings) -> None:
        self._folder = folder
        self._around = around
        self._programs = Programs(around.planes, around.misbehaviour, around.tools)
        self._machines: dict[str, Machine] = {}
        self._running: dict[str, Guest] = {}
        self._lock = threading.Lock()

    def create(self, vm: GuestVM) -> None:
        """Nothing that stand-ins leave on a disk is worth cloning."""

    def power_on(self, vm: GuestVM) -> None:
        if not vm.template and METADATA not in vm.extra_config:
            return
        with self._lock:
            if vm.moref in self._running:
                return
            machine = self._machines.setdefault(vm.moref, self._machine(vm))
            machine.vm = vm
            guest = self._running[vm.moref] = Guest(machine, self._around)
        log.info("%s is powered on", vm.name)
        guest.start()

    def power_off(self, moref: str) -> None:
        with self._lock:
            guest = self._running.pop(moref, None)
        if guest:
            log.info("%s is powered off", guest.machine.vm.name)
            guest.stop()

    def shut_down(self, moref: str) -> None:
        self.power_off(moref)
        self._around.tools.power_off(moref)

    def reconfigure(self, vm: GuestVM) -> None:
        with self._lock:
            if vm.moref not in self._running:
                return
            machine = self._machines[vm.moref]
            machine.vm = vm
        follow(machine, self._around.tools)

    def destroy(self, moref: str) -> None:
        self.power_off(moref)
        with self._lock:
            machine = self._machines.pop(moref, None)
        if machine:
            log.info("%s is destroyed", machine.vm.name)
            kubelet.forget(machine, self._around.planes)
            for mac in machine.vm.macs:
                self._around.leases.release(mac)
            shutil.rmtree(machine.folder, ignore_errors=True)

    def close(self) -> None:
        for moref in tuple(self._running):
            self.power_off(moref)

    def guests(self) -> list[dict[str, str]]:
        with self._lock:
            machines = list(self._machines.values())
        return [
            {
                "name": machine.vm.name,
                "moref": machine.vm.moref,
                "address": machine.address,
                "state": machine.state,
            }
            for machine in machines
        ]

    def run_program(self, moref: str, name: str, arguments: list[str]) -> Result:
        """What a stand-in program of a guest comes to. Raises KeyError for an unknown guest."""
        guest = self._running[moref]
        if name == "kubeadm" and arguments[0] == "init":
            node = guest.machine.name
            if self._around.misbehaviour.befalls(node, DIES_AFTER_LEADER):
                guest.die()
                return POWER_CUT
        with guest.machine.lock:
            if not guest.machine.on:
                return POWER_CUT
            return self._programs.run(guest.machine, name, arguments)

    def _machine(self, vm: GuestVM) -> Machine:
        return Machine(vm, self._folder / f"{vm.name}-{vm.instance_uuid}")
