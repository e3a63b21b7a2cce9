"""Follows the power states of all VMs with one long poll, and runs their guests accordingly."""

import logging
import threading
from collections.abc import Iterable
from typing import Any

from pyVmomi import vim, vmodl

from lab.guests.interface import GuestRunner, GuestVM
from lab.guests.session import GuestSession
from provisioner.vsphere.reading import paths, read, view_spec

log = logging.getLogger(__name__)

POLL_SECONDS = 60
# VMs are powered on in batches; one read of all of them is much cheaper than one each.
GATHER_SECONDS = 0.05
RETRY_SECONDS = 0.5
POWER = "runtime.powerState"
NAME, UUID = "name", "config.instanceUuid"
EXTRA_CONFIG, DEVICES = "config.extraConfig", "config.hardware.device"

# Power states by VM, None for one that is gone.
States = dict[str, str | None]
Options = vmodl.query.PropertyCollector.WaitOptions


class Watch:
    """Runs in a thread of its own until `stop`."""

    def __init__(self, session: GuestSession, runner: GuestRunner) -> None:
        self._session = session
        self._runner = runner
        self._power: dict[str, str] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self.following = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._session.abort()
        self._thread.join(RETRY_SECONDS * 4)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._session.call(self._follow)
            except Exception:
                if not self._stopped.wait(RETRY_SECONDS):
                    log.warning("watching again after a failure", exc_info=True)

    def _follow(self) -> None:
        """A new filter tells everything first, so what it does not name is gone."""
        content = self._session.content
        view = content.viewManager.CreateContainerView(
            content.rootFolder, [vim.VirtualMachine], True
        )
        collector = content.propertyCollector.CreatePropertyCollector()
        collector.CreateFilter(view_spec(view, [paths(vim.VirtualMachine, POWER)]), False)
        version, full = "", True
        while not self._stopped.is_set():
            version, states = _collect(collector, version)
            self._apply({} if full else self._power, states)
            full = False
            self.following.set()
            self._stopped.wait(GATHER_SECONDS)

    def _apply(self, known: dict[str, str], states: States) -> None:
        """Remembers the change only when it is done: after a failure it is seen again."""
        merged = {**known, **states}
        power = {moref: state for moref, state in merged.items() if state is not None}
        for moref in self._power.keys() - power.keys():
            self._runner.destroy(moref)
        changed = [one for one, state in power.items() if self._power.get(one) != state]
        for moref in changed:
            if power[moref] != "poweredOn":
                self._runner.power_off(moref)
        for vm in self._look([moref for moref in changed if power[moref] == "poweredOn"]):
            self._runner.power_on(vm)
        self._power = power

    def _look(self, morefs: Iterable[str]) -> list[GuestVM]:
        vms = [self._session.vm(moref) for moref in morefs]
        if not vms:
            return []
        wanted = paths(vim.VirtualMachine, NAME, UUID, EXTRA_CONFIG, DEVICES)
        found = read(self._session.content, vms, [wanted])
        return [_guest(moref, seen) for moref, seen in found.items() if UUID in seen]


def _collect(collector: Any, version: str) -> tuple[str, States]:
    """Blocks until something has changed, or for POLL_SECONDS. Long answers come in pieces."""
    states: States = {}
    while True:
        update = collector.WaitForUpdatesEx(version, Options(maxWaitSeconds=POLL_SECONDS))
        if update is None:
            return version, states
        version = update.version
        states |= _states(update)
        if not update.truncated:
            return version, states


def _states(update: Any) -> States:
    states: States = {}
    for part in update.filterSet:
        for one in part.objectSet:
            values = [change.val for change in one.changeSet if change.name == POWER]
            if one.kind == "leave":
                states[one.obj._moId] = None
            elif values:
                states[one.obj._moId] = values[-1]
    return states


def _slot(card: Any) -> int:
    return int(card.key)


def _guest(moref: str, seen: dict[str, Any]) -> GuestVM:
    cards = [one for one in seen[DEVICES] if isinstance(one, vim.vm.device.VirtualEthernetCard)]
    return GuestVM(
        moref=moref,
        name=seen[NAME],
        instance_uuid=seen[UUID],
        macs=tuple(str(card.macAddress).lower() for card in sorted(cards, key=_slot)),
        extra_config={one.key: str(one.value) for one in seen[EXTRA_CONFIG]},
    )
