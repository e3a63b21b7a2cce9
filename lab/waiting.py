"""Waiting for a condition instead of for a while."""

import time
from collections.abc import Callable

SHORTEST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 0.5


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    """True as soon as `is_so()`, False when it still is not so after `seconds`."""
    began = time.monotonic()
    while not is_so():
        waited = time.monotonic() - began
        if waited > seconds:
            return False
        time.sleep(pause(waited))
    return True


def pause(waited: float) -> float:
    """Seconds until to ask again: soon at first, then later, since answering costs, too."""
    return min(LONGEST_PAUSE_SECONDS, max(SHORTEST_PAUSE_SECONDS, waited / 20))
