"""`python -m lab.story run|up|down|shell|kill`: the lab with real machines, in `.lab/machines`."""

import argparse
import os
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

from lab.go_toolchain import BuildError
from lab.guestos.errors import GuestOSError
from lab.network.namespace import isolated
from lab.pkectl import CommandFailed
from lab.processes import ProcessError
from lab.service import ServiceFailed
from lab.stack import background
from lab.stack.background import StackError
from lab.stack.layout import Layout
from lab.stack.options import StackOptions
from lab.stack.real_guests import RealGuests
from lab.stack.stack import Stack
from lab.story import playing
from lab.story.kubectl import KubectlFailed
from lab.story.requirements import Missing, require
from lab.story.story import Story, StoryFailed
from lab.story.templates import build

LAYOUT = Layout(Path(__file__).parents[2] / ".lab" / "machines")
INSIDE = "inside"
VISITS = ("shell", "kill")
INTERRUPTED = 130
BUILDING, RUNNING = (BuildError, GuestOSError), (ProcessError, StackError)
FAILURES = (*BUILDING, *RUNNING, CommandFailed, KubectlFailed, ServiceFailed, StoryFailed)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m lab.story", description=__doc__)
    parser.add_argument("action", choices=("run", "up", "down", *VISITS, INSIDE))
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="NODE, or a shell's command")
    asked = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        require()
        _act(asked.action, asked.arguments)
    except KeyboardInterrupt:
        print(f"\nInterrupted. {_next(asked.action)}", file=sys.stderr)
        return INTERRUPTED
    except Missing as problem:
        print(problem, file=sys.stderr)
        return 1
    except FAILURES as problem:
        print(_explained(asked.action, problem), file=sys.stderr)
        return 1
    return 0


def _act(action: str, arguments: list[str]) -> None:
    if action == "run":
        _run()
    elif action == INSIDE:
        _tell(Path(arguments[0]))
    elif action == "up":
        playing.up(LAYOUT)
    elif action == "down":
        playing.down(LAYOUT)
    elif action == "kill":
        playing.kill(LAYOUT, arguments)
    else:
        playing.shell(LAYOUT, arguments)


def _run() -> NoReturn:
    """Builds in the computer's network, then goes on as a process in the lab's."""
    _say("=== Build what is missing")
    background.down(LAYOUT)
    guest_os, real = build(_say)
    LAYOUT.folder.mkdir(parents=True, exist_ok=True)
    real.write(LAYOUT.real_guests)
    command = (sys.executable, "-m", "lab.story", INSIDE, str(guest_os.binaries))
    os.execvp("unshare", isolated(*command))


def _tell(binaries: Path) -> None:
    began = time.monotonic()
    options = StackOptions(real=RealGuests.read(LAYOUT.real_guests), say=_say)
    _say("=== Start everything the service needs, and the service")
    try:
        with Stack(LAYOUT.folder, options) as stack:
            try:
                Story(stack, LAYOUT, binaries).run()
            finally:
                # An impatient second Ctrl-C must not leave anything running.
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                _say("\n=== Stop everything")
    finally:
        background.remove_machines(LAYOUT)
    _say(f"\nEverything is stopped; it took {time.monotonic() - began:.0f} s. Next: docs/lab.md")


def _explained(action: str, problem: Exception) -> str:
    """Whoever enters the lab may have asked for what it does not have."""
    if action in VISITS:
        return str(problem)
    return f"\nThe lab failed: {problem}\nLogs: {LAYOUT.logs}"


def _next(action: str) -> str:
    down = "`make lab-down` ends what may still run."
    return f"`make lab-up` goes on where it was; {down}" if action == "up" else down


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
