"""Runs one systemd unit of a guest, as far as the agent's unit goes."""

import shlex
import sys
import threading
from collections.abc import Mapping
from functools import partial

from lab.guests.standin.machine import Machine
from lab.processes import Command, Process, start
from lab.waiting import wait_until

UNITS = "/etc/systemd/system"
RESTART_SECONDS = 0.2
FOR_EVER = float("inf")


class Service:
    """`run` blocks until the unit has ended for good or `stop` was called from another thread."""

    def __init__(self, machine: Machine, unit: str, env: Mapping[str, str]) -> None:
        self._machine = machine
        self._settings = _settings(machine.read(f"{UNITS}/{unit}"))
        self._env = env
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._process: Process | None = None

    def run(self) -> None:
        """Restarted for as long as its conditions hold: the agent's say that all is done."""
        while self._conditions_hold() and not self._stopped.is_set():
            process = self._start()
            if process is None:
                return
            wait_until(partial(self._is_over, process), FOR_EVER)
            process.kill()
            if "no" in self._settings.get("Restart", ["no"]):
                return
            self._stopped.wait(RESTART_SECONDS)

    def _is_over(self, process: Process) -> bool:
        return not process.running or self._stopped.is_set()

    def stop(self) -> None:
        """Ends the whole process group at once, as a power cut does."""
        with self._lock:
            self._stopped.set()
            if self._process:
                self._process.kill()

    def _start(self) -> Process | None:
        with self._lock:
            if self._stopped.is_set():
                return None
            command = Command("agent", self._argv(), env=self._env)
            self._process = start(command, self._machine.folder)
            return self._process

    def _argv(self) -> tuple[str, ...]:
        """The guest's own paths, and --root, which every program of the guest is given."""
        _, *arguments = shlex.split(self._settings["ExecStart"][-1])
        mapped = [self._mapped(argument) for argument in arguments]
        return (sys.executable, *mapped, "--root", str(self._machine.root))

    def _mapped(self, argument: str) -> str:
        return str(self._machine.path(argument)) if argument.startswith("/") else argument

    def _conditions_hold(self) -> bool:
        return all(
            self._machine.has(condition.removeprefix("!")) != condition.startswith("!")
            for condition in self._settings.get("ConditionPathExists", ())
        )


def _settings(unit: str) -> dict[str, list[str]]:
    settings: dict[str, list[str]] = {}
    for line in unit.splitlines():
        key, equals, value = line.partition("=")
        if equals:
            settings.setdefault(key.strip(), []).append(value.strip())
    return settings
