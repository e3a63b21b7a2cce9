"""Keeps a stack up in the background until it is told to end: `python -m ... FOLDER`.

`--real-guests FILE` makes its guests real (lab.stack.real_guests), `--set NAME=VALUE` changes a
setting of the product.
What died is a fact that whoever looks at the stack should see: it is started again at SIGHUP only,
and the stack's processes are then on record anew.
"""

import argparse
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

from lab.go_toolchain import BuildError
from lab.processes import ProcessError, prepare
from lab.stack.mending import RESTART
from lab.stack.options import StackOptions
from lab.stack.real_guests import RealGuests
from lab.stack.stack import Stack

LOOK_SECONDS = 1.0
SIGNALS_TO_END = (signal.SIGTERM, signal.SIGINT)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m lab.stack.supervisor", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--real-guests", type=Path)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    asked = parser.parse_args()
    real = asked.real_guests and RealGuests.read(asked.real_guests)
    settings = dict(one.split("=", 1) for one in asked.set)
    supervise(asked.folder, StackOptions(say=_say, real=real, settings=settings))


def supervise(folder: Path, options: StackOptions) -> None:
    """Ends with the process's SystemExit at SIGTERM or SIGINT, after everything has ended."""
    prepare()
    for number in SIGNALS_TO_END:
        signal.signal(number, _end)
    asked = _Asked()
    signal.signal(RESTART, asked.note)
    try:
        with Stack(folder, options) as stack:
            _say("everything is up")
            _watch(stack, asked)
    except (BuildError, ProcessError) as problem:
        sys.exit(str(problem))


def _watch(stack: Stack, asked: "_Asked") -> NoReturn:
    dead: set[int] = set()
    while True:
        time.sleep(LOOK_SECONDS)
        for name, process in stack.processes.items():
            if process.pid not in dead and not process.running:
                dead.add(process.pid)
                _say(f"{name} (process {process.pid}) is dead; its log is {process.log}")
        if asked.taken():
            _restart_dead(stack)


def _restart_dead(stack: Stack) -> None:
    try:
        stack.restart_dead()
    except ProcessError as problem:
        _say(str(problem))


class _Asked:
    """Whether a signal came since it was last asked."""

    def __init__(self) -> None:
        self._came = False

    def note(self, *_: object) -> None:
        self._came = True

    def taken(self) -> bool:
        came, self._came = self._came, False
        return came


def _end(*_: object) -> NoReturn:
    # A second signal must not interrupt the ending.
    for number in SIGNALS_TO_END:
        signal.signal(number, signal.SIG_IGN)
    _say("ending")
    raise SystemExit(0)


def _say(line: str) -> None:
    print(time.strftime("%H:%M:%S"), line, flush=True)


if __name__ == "__main__":
    main()
