"""`python -m lab.stack.value vcenter.port` prints that value of the stack PKECTL_CONFIG points at.

A value that is not set is an empty line.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

USUAL = ".lab/stack.json"


class NoValue(Exception):
    """Says what is missing."""


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: stack NAME, for instance: stack vcenter.port", file=sys.stderr)
        return 2
    try:
        print(value(Path(os.environ.get("PKECTL_CONFIG") or USUAL), sys.argv[1]))
    except NoValue as problem:
        print(f"stack: {problem}", file=sys.stderr)
        return 1
    return 0


def value(file: Path, name: str) -> str:
    """Raises NoValue."""
    if not file.exists():
        raise NoValue(f"nothing runs here ({file} is missing): make up first")
    found: Any = json.loads(file.read_text())
    for key in name.split("."):
        if not isinstance(found, dict) or key not in found:
            there = f"there are {', '.join(found)}" if isinstance(found, dict) else "that is a text"
            raise NoValue(f"{file} has no {name}; {there}")
        found = found[key]
    return "" if found is None else str(found)


if __name__ == "__main__":
    sys.exit(main())
