"""Follows the power states of all VMs with one long poll, and runs their guests accordingly."""

import logging
import threading
from collections.abc import Iterable
from typing import Any

from pyVmomi import vim, vmodl

from lab.guests.hardware import GuestReader
from lab.guests.interface import GuestRunner
from lab.guests.session import GuestSession
from lab.guests.states import BOOTED, CHANGED, GUEST, POWER, Changes, State, merged
from provisioner.vsphere.reading import paths, view_spec

log = logging.getLogger(__name__)

POLL_SECONDS = 60
# VMs are powered on in batches; one read of all of them is much cheaper than one each.
GATHER_SECONDS = 0.05
RETRY_SECONDS = 0.5

Options = vmodl.query.PropertyCollector.WaitOptions


class Watch:
    """Runs in a thread of its own until `stop`.

    Guests that are `machines` hear of clones, too; `configurations`: of changed ones as well.
    """

    def __init__(
        self,
        session: GuestSession,
        runner: GuestRunner,
        machines: bool = False,
        configurations: bool = False,
    ) -> None:
        self._session = session
        self._reader = GuestReader(session)
        self._runner = runner
        self._machines = machines
        self._paths = (POWER, BOOTED, GUEST, *([CHANGED] if configurations else []))
        self._states: dict[str, State] = {}
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
        collector.CreateFilter(view_spec(view, [paths(vim.VirtualMachine, *self._paths)]), False)
        version, full = "", True
        while not self._stopped.is_set():
            version, changes = _collect(collector, version)
            self._apply({} if full else self._states, changes)
            full = False
            self.following.set()
            self._stopped.wait(GATHER_SECONDS)

    def _apply(self, known: dict[str, State], changes: Changes) -> None:
        """Remembers the change only when it is done: after a failure it is seen again."""
        states = merged(known, changes)
        # Before their sources may go.
        for vm in self._reader.read(states.keys() - self._states.keys() if self._machines else ()):
            self._runner.create(vm)
        for moref in self._states.keys() - states.keys():
            self._runner.destroy(moref)
        booting = []
        for moref, state in states.items():
            before = self._states.get(moref)
            if before == state:
                continue
            rebooted = before is None or before[:2] != state[:2]
            if rebooted and (before is not None or not state.on):
                self._runner.power_off(moref)
            if rebooted and state.on:
                booting.append(moref)
            elif state.shuts_down:
                self._runner.shut_down(moref)
        for vm in self._reader.read(booting):
            self._runner.power_on(vm)
        for vm in self._reader.read(self._reconfigured(states)):
            self._runner.reconfigure(vm)
        self._states = states

    def _reconfigured(self, states: dict[str, State]) -> Iterable[str]:
        for moref, state in states.items():
            before = self._states.get(moref)
            if before is None or not state.on or before[:2] != state[:2]:
                continue
            if before.configuration != state.configuration:
                yield moref


def _collect(collector: Any, version: str) -> tuple[str, Changes]:
    """Blocks until something has changed, or for POLL_SECONDS. Long answers come in pieces."""
    changes: Changes = {}
    while True:
        update = collector.WaitForUpdatesEx(version, Options(maxWaitSeconds=POLL_SECONDS))
        if update is None:
            return version, changes
        version = update.version
        for moref, values in _changes(update):
            before = changes.get(moref) or {}
            changes[moref] = None if values is None else before | values
        if not update.truncated:
            return version, changes


def _changes(update: Any) -> Iterable[tuple[str, dict[str, str] | None]]:
    for part in update.filterSet:
        for one in part.objectSet:
            gone = one.kind == "leave"
            values = {change.name: str(change.val) for change in one.changeSet}
            yield one.obj._moId, None if gone else values
