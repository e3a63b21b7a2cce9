"""`python -m lab.stack up|down`: the stack of this working copy, in `.lab`."""

import argparse
import sys
from pathlib import Path

from lab.stack import background
from lab.stack.background import StackError
from lab.stack.facts import StackFacts
from lab.stack.layout import Layout
from lab.stack.mending import mend

INTERRUPTED = 130
FOLDER = Path(__file__).parents[2] / ".lab"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m lab.stack", description=__doc__)
    parser.add_argument("action", choices=("up", "down"))
    parser.add_argument("--folder", type=Path, default=FOLDER)
    asked = parser.parse_args(arguments)
    layout = Layout(asked.folder.absolute())
    try:
        _up(layout) if asked.action == "up" else _down(layout)
    except StackError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nInterrupted: {_state(layout)}", file=sys.stderr)
        return INTERRUPTED
    return 0


def _up(layout: Layout) -> None:
    facts = background.running(layout)
    if facts:
        mended = mend(layout, print)
        print("The stack is whole again." if mended else "The stack is running already.")
    _introduce(facts or background.up(layout, print), layout)


def _down(layout: Layout) -> None:
    ended = background.down(layout)
    print("The stack has ended." if ended else "No stack was running.")
    print("The next `make up` starts an empty one; logs and data of this one stay until then.")


def _introduce(facts: StackFacts, layout: Layout) -> None:
    print(f"API       {facts.api}")
    print(f"vCenter   {facts.vcenter.host}:{facts.vcenter.port} (simulated)")
    print(f"Temporal  {facts.temporal}")
    print(f"logs      {facts.logs}")
    print(f"token and passwords: {layout.facts}\n")
    print(
        "Next: `. lab/shell.sh` puts pkectl on the PATH and points it at this stack; then register"
    )
    print('the vCenter as in README.md, "Try it yourself". `make down` ends the stack.')


def _state(layout: Layout) -> str:
    if background.is_alive(layout):
        return "the stack still runs; `make down` ends it"
    return "no stack runs; `make up` starts one from nothing"


if __name__ == "__main__":
    sys.exit(main())
