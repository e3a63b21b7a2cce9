"""`make kubernetes`: builds what the cache lacks."""

import argparse
import sys
import time

from lab.go_toolchain import BuildError
from lab.kubernetes.binaries import binaries
from lab.kubernetes.versions import RELEASES
from lab.progress import Say


def main() -> int:
    options = _parser().parse_args()
    say = _timed()
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


def _timed() -> Say:
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"[{time.monotonic() - began:4.0f} s] {what}", file=sys.stderr, flush=True)

    return say


if __name__ == "__main__":
    sys.exit(main())
