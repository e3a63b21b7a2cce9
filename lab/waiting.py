"""Waiting for a condition instead of for a while."""

import time
from collections.abc import Callable

POLL_SECONDS = 0.05


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    """True as soon as `is_so()`, False when it still is not so after `seconds`."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
