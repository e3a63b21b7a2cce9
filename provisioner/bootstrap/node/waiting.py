"""How the agent waits, and what it says meanwhile."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Iterator

say = functools.partial(print, flush=True)


class Allowance:
    """What is left of the seconds that the service gives a node for one step, less what it takes
    to say how that ended: who is given up cannot tell why any more.
    """

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds - min(60.0, seconds / 5)

    def left(self, most: float = float("inf")) -> float:
        return min(most, max(self._ends - time.monotonic(), 1.0))

    def over(self) -> bool:
        return time.monotonic() >= self._ends


def pauses(seconds: float) -> Iterator[float]:
    """How long to wait before each further try: at first some `seconds`, later more; jittered."""
    longest = seconds
    while True:
        yield random.uniform(longest / 2, longest)
        longest = min(longest * 1.5, seconds * 2.5)
