"""Which processes a stack consists of, on disk, so that another process can end them."""

import contextlib
import json
import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.waiting import wait_until

# Fields of /proc/PID/stat, counted after the closing bracket of the command's name.
STATE, STARTED = 0, 19
SUPERVISOR = "supervisor"
GONE = ("Z", "X")


@dataclass(frozen=True)
class Recorded:
    """`started` (clock ticks since boot) tells the process from a later one with its number."""

    name: str
    pid: int
    started: int

    @property
    def running(self) -> bool:
        state, started = _stat(self.pid)
        return started == self.started and state not in GONE

    def end(self, grace_seconds: float) -> None:
        """SIGTERM, and SIGKILL to its group if it still runs after the grace."""
        if self.running:
            _send(os.kill, self.pid, signal.SIGTERM)
            wait_until(lambda: not self.running, grace_seconds)
        if self.running:
            _send(os.killpg, self.pid, signal.SIGKILL)
            wait_until(lambda: not self.running, grace_seconds)


def record(name: str, pid: int) -> Recorded:
    return Recorded(name, pid, _stat(pid)[1])


def write_records(file: Path, records: Iterable[Recorded]) -> None:
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps([asdict(each) for each in records], indent=2) + "\n")
    os.replace(draft, file)


def read_records(file: Path) -> list[Recorded]:
    """Nothing recorded is an empty list."""
    try:
        return [Recorded(**each) for each in json.loads(file.read_text())]
    except FileNotFoundError:
        return []


def _stat(pid: int) -> tuple[str, int]:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return "X", 0
    return fields[STATE], int(fields[STARTED])


def _send(send: Callable[[int, int], None], target: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        send(target, number)
