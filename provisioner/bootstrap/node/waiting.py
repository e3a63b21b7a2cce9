"""How the agent waits, and what it says meanwhile."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator

say = functools.partial(print, flush=True)


def pauses(seconds: float) -> Iterator[float]:
    """How long to wait before each further try: at first some `seconds`, later more; jittered."""
    longest = seconds
    while True:
        yield random.uniform(longest / 2, longest)
        longest = min(longest * 1.5, seconds * 2.5)
