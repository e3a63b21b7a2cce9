"""Starts and ends a stack that outlives the command that started it."""

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from lab.guests.machines.cgroups import remove_groups
from lab.network.namespace import isolated
from lab.processes import Command
from lab.progress import Say
from lab.stack.facts import StackFacts
from lab.stack.guests import lab_name
from lab.stack.layout import Layout
from lab.stack.real_guests import RealGuests
from lab.stack.records import SUPERVISOR, Recorded, read_records
from lab.stack.tail import Tail
from lab.waiting import wait_until

WORKING_COPY = Path(__file__).parents[2]
UP_SECONDS = 600.0
END_SECONDS = 60.0
KILLED_SECONDS = 5.0


# Of this process: to be waited for when they have ended.
_launched: list[subprocess.Popen[bytes]] = []


class StackError(Exception):
    """The stack is not up; what it said itself was passed on already."""


def running(layout: Layout) -> StackFacts | None:
    """The stack that is up in this folder, if one is. Raises StackError while one is starting."""
    supervisor = _supervisor(layout)
    if not supervisor or not supervisor.running:
        return None
    if not layout.facts.exists():
        raise StackError(f"process {supervisor.pid} is starting or ending this stack just now")
    return StackFacts.read(layout.facts)


def is_alive(layout: Layout) -> bool:
    """A stack is up in this folder, or starting, or ending."""
    supervisor = _supervisor(layout)
    return bool(supervisor and supervisor.running)


def up(layout: Layout, say: Say, real: RealGuests | None = None) -> StackFacts:
    """Returns when all parts are ready. What a killed stack left behind is ended and removed.

    With `real`, its guests are real machines (lab.stack.options) in a network of their own.
    Raises StackError.
    """
    down(layout)
    layout.folder.mkdir(parents=True, exist_ok=True)
    supervisor = _launch(layout, command(layout, real))
    try:
        _follow(layout, supervisor, say)
    except BaseException:
        _end(supervisor)
        raise
    return StackFacts.read(layout.facts)


def down(layout: Layout) -> bool:
    """Ends every recorded process that still runs. False if there was none."""
    records = [each for each in read_records(layout.running) if each.running]
    for each in sorted(records, key=lambda each: each.name != SUPERVISOR):
        each.end(END_SECONDS if each.name == SUPERVISOR else KILLED_SECONDS)
    layout.forget()
    _launched[:] = [one for one in _launched if one.poll() is None]
    return bool(records)


def remove(layout: Layout) -> None:
    """Ends the stack and removes all it has, logs and data too."""
    down(layout)
    remove_machines(layout)
    shutil.rmtree(layout.folder, ignore_errors=True)


def remove_machines(layout: Layout) -> None:
    """Of a stack that has ended, or was killed: disks and control groups of its real guests."""
    remove_groups(lab_name(layout))
    shutil.rmtree(layout.disks, ignore_errors=True)


def _follow(layout: Layout, supervisor: subprocess.Popen[bytes], say: Say) -> None:
    tail = Tail(layout.supervisor_log, say)

    def is_decided() -> bool:
        tail.forward()
        return layout.facts.exists() or supervisor.poll() is not None

    wait_until(is_decided, UP_SECONDS)
    tail.forward()
    if not layout.facts.exists():
        raise StackError(f"the stack did not come up; its logs are in {layout.logs}")


def _end(supervisor: subprocess.Popen[bytes]) -> None:
    supervisor.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        supervisor.wait(END_SECONDS)


def _supervisor(layout: Layout) -> Recorded | None:
    records = read_records(layout.running)
    return next((each for each in records if each.name == SUPERVISOR), None)


def supervisor_pid(layout: Layout) -> int | None:
    """Of the stack that runs here; its network is the stack's."""
    supervisor = _supervisor(layout)
    return supervisor.pid if supervisor and supervisor.running else None


def command(
    layout: Layout, real: RealGuests | None, settings: Mapping[str, str] = MappingProxyType({})
) -> Command:
    """What runs a stack until it is told to end. The layout's folder must exist.

    `settings` of the product differ from the usual; they are seen by everybody on this computer.
    """
    argv: tuple[str, ...] = (sys.executable, "-m", "lab.stack.supervisor", str(layout.folder))
    argv += tuple(f"--set={name}={value}" for name, value in settings.items())
    if real:
        real.write(layout.real_guests)
        argv = isolated(*argv, "--real-guests", str(layout.real_guests))
    return Command(SUPERVISOR, argv, cwd=WORKING_COPY)


def _launch(layout: Layout, command: Command) -> subprocess.Popen[bytes]:
    with layout.supervisor_log.open("wb") as log:
        launched = subprocess.Popen(
            command.argv,
            cwd=command.cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _launched.append(launched)
    return launched
