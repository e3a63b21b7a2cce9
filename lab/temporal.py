"""A Temporal server for one machine: the development server, keeping its state in a file."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab.ports import free_port
from lab.processes import Command, Process, start_ready

PROGRAM = Path(sys.executable).with_name("temporal")
HOST = "127.0.0.1"
READY_SECONDS = 30.0
ASK_SECONDS = 5.0

# A lab's history need not outlive a crash of the computer, and syncing every commit takes long.
UNSYNCED = ("--sqlite-pragma", "synchronous=OFF")
# A developer's own Temporal profile must not leak into the lab.
ISOLATED = ("--disable-config-file", "--disable-config-env")


@dataclass(frozen=True)
class TemporalOptions:
    """`dynamic_config`: the server's tuning keys with JSON values."""

    port: int | None = None
    dynamic_config: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TemporalServer:
    port: int
    process: Process

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    def is_polled_by(self, task_queue: str, pid: int) -> bool:
        """Whether the worker in that process takes tasks. Workers name themselves PID@HOST."""
        ask = ("task-queue", "describe", "--legacy-mode", "--task-queue", task_queue)
        answer = _ask(self.port, (*ask, "--output", "json"))
        return f'"{pid}@' in answer.stdout

    def stop(self) -> None:
        self.process.end()


def start_temporal(
    folder: Path, logs: Path, options: TemporalOptions = TemporalOptions()
) -> TemporalServer:
    """Returns when the namespace `default` answers. State in `folder` is taken up again.

    Raises NotReady.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = options.port or free_port()
    command = _command(folder, port, options)
    process = start_ready(command, logs, lambda: _answers(port), READY_SECONDS)
    return TemporalServer(port, process)


def _command(folder: Path, port: int, options: TemporalOptions) -> Command:
    tuning = (
        f"--dynamic-config-value={key}={value}" for key, value in options.dynamic_config.items()
    )
    state = ("--db-filename", str(folder / "temporal.db"), *UNSYNCED)
    listen = ("--headless", "--ip", HOST, "--port", str(port), "--log-level", "warn")
    argv = (str(PROGRAM), "server", "start-dev", *listen, *state, *tuning, *ISOLATED)
    return Command("temporal", argv)


def _answers(port: int) -> bool:
    return _ask(port, ("operator", "namespace", "describe", "default")).returncode == 0


def _ask(port: int, question: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    where = ("--address", f"{HOST}:{port}", "--command-timeout", f"{ASK_SECONDS:g}s")
    command = (str(PROGRAM), *question, *where, *ISOLATED)
    return subprocess.run(command, capture_output=True, text=True, timeout=2 * ASK_SECONDS)
