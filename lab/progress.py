"""One line per step, and one while a step takes longer than a person waits in silence."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Say = Callable[[str], None]

PATIENCE_SECONDS = 2.0


def say_nothing(_: str) -> None: ...


def say_timed() -> Say:
    """To stderr, each line with the seconds since now."""
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"[{time.monotonic() - began:4.0f} s] {what}", file=sys.stderr, flush=True)

    return say


@contextmanager
def step(say: Say, what: str) -> Iterator[None]:
    """Says `what` with its duration when it is done; a failure is left to whoever catches it."""
    began = time.monotonic()
    still_at_it = threading.Timer(PATIENCE_SECONDS, say, (f"{what} ...",))
    still_at_it.start()
    try:
        yield
    finally:
        still_at_it.cancel()
    say(f"{what}: {time.monotonic() - began:.1f} s")
