"""`make kubernetes`: builds what the cache lacks."""

import argparse
import sys

from lab.go_toolchain import BuildError
from lab.kubernetes.binaries import binaries
from lab.kubernetes.versions import RELEASES
from lab.progress import say_timed


def main() -> int:
    options = _parser().parse_args()
    say = say_timed()
    try:
        for minor in options.minor or sorted(RELEASES, reverse=True):
            print(f"Kubernetes {RELEASES[minor].version}: {binaries(minor, say)}")
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lab.kubernetes",
        description="Builds Kubernetes, etcd, CoreDNS, MetalLB and flannel into the lab's cache.",
    )
    parser.add_argument(
        "--minor",
        action="append",
        choices=sorted(RELEASES),
        help="a minor release to build; may be repeated (default: all)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
