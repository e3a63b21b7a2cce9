"""Whether a person sits in front."""

import sys


def is_interactive() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()
