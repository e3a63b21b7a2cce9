"""Keeps a stack up in the background until it is told to end: `python -m ... FOLDER`.

`--real-guests FILE` makes them real (lab.stack.real_guests).
It restarts nothing: what died is a fact that whoever looks at the stack should see.
"""

import argparse
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

from lab.go_toolchain import BuildError
from lab.processes import ProcessError
from lab.stack.options import StackOptions
from lab.stack.real_guests import RealGuests
from lab.stack.stack import Stack

LOOK_SECONDS = 1.0
SIGNALS_TO_END = (signal.SIGTERM, signal.SIGINT)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m lab.stack.supervisor", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--real-guests", type=Path)
    asked = parser.parse_args()
    supervise(asked.folder, asked.real_guests and RealGuests.read(asked.real_guests))


def supervise(folder: Path, real: RealGuests | None) -> None:
    """Ends with the process's SystemExit at SIGTERM or SIGINT, after everything has ended."""
    for number in SIGNALS_TO_END:
        signal.signal(number, _end)
    try:
        with Stack(folder, StackOptions(say=_say, real=real)) as stack:
            _say("everything is up")
            _watch(stack)
    except (BuildError, ProcessError) as problem:
        sys.exit(str(problem))


def _watch(stack: Stack) -> NoReturn:
    dead: set[str] = set()
    while True:
        time.sleep(LOOK_SECONDS)
        for name, process in stack.processes.items():
            if name not in dead and not process.running:
                dead.add(name)
                _say(f"{name} (process {process.pid}) is dead; its log is {process.log}")


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
