"""The parts of a stack that can be killed and started again while the rest goes on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.processes import Command, Process, start
from lab.progress import Say, step

READY_SECONDS = 60.0


@dataclass(frozen=True)
class Part:
    """`ready_file`, if it has one, is removed before each start: it tells of that start only."""

    command: Command
    is_ready: Callable[[Process], bool]
    ready_file: Path | None = None

    def start(self, logs: Path) -> Process:
        if self.ready_file:
            self.ready_file.unlink(missing_ok=True)
        return start(self.command, logs)


class Parts:
    """Runs parts by name; all methods can be called at any time, in any order."""

    def __init__(self, parts: Mapping[str, Part], logs: Path, say: Say) -> None:
        self._parts = parts
        self._logs = logs
        self._say = say
        self.processes: dict[str, Process] = {}

    def start(self, *names: str) -> None:
        """Starts them at once, returns when all are ready. Raises NotReady."""
        for name in names:
            self.processes[name] = self._parts[name].start(self._logs)
        for name in names:
            with step(self._say, f"{name} is up"):
                self._wait_ready(name)

    def restart(self, name: str) -> None:
        """As `start`; what still runs of it is killed first."""
        if name in self.processes:
            self.processes[name].kill()
        self.start(name)

    def stop(self) -> None:
        for process in self.processes.values():
            process.ask_to_end()
        for process in self.processes.values():
            process.end()

    def _wait_ready(self, name: str) -> None:
        process, is_ready = self.processes[name], self._parts[name].is_ready
        process.wait_ready(lambda: is_ready(process), READY_SECONDS)
