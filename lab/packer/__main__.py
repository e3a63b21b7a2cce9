"""`make packer` and `make packer-check`."""

import argparse
import sys

from lab.go_toolchain import BuildError
from lab.packer.checks import definitions, problems, scripts
from lab.packer.tools import packer
from lab.progress import say_timed


def main() -> int:
    options = _parser().parse_args()
    try:
        tools = packer(say_timed())
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    if not options.check:
        print(f"Packer: {tools.program}\nplugins: {tools.plugins}")
        return 0
    found = list(problems(tools))
    counts = f"{len(definitions())} definitions and {len(scripts())} scripts"
    print("\n".join(found) or f"Packer and shellcheck find nothing wrong with {counts}.")
    return bool(found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lab.packer",
        description="Builds Packer and its vSphere plugin into the lab's cache.",
    )
    parser.add_argument(
        "--check", action="store_true", help="then check the templates in packer/ with them"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
