"""`python -m lab.guestos`: makes what the lab's guests boot from, as far as the cache lacks it."""

import argparse
import sys

from lab.go_toolchain import BuildError
from lab.guestos.errors import GuestOSError
from lab.guestos.ready import ready
from lab.kubernetes.versions import DEFAULT_MINOR, RELEASES
from lab.progress import say_timed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m lab.guestos", description=__doc__)
    parser.add_argument(
        "--minor",
        action="append",
        choices=sorted(RELEASES),
        help=f"a minor release to prepare; may be repeated (default: {DEFAULT_MINOR})",
    )
    say = say_timed()
    try:
        for minor in parser.parse_args().minor or [DEFAULT_MINOR]:
            print(f"guests with Kubernetes {RELEASES[minor].version}: {ready(minor, say).rootfs}")
    except (BuildError, GuestOSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
