"""What a client saw of an address that moves: pure functions over its tries."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple


class Try(NamedTuple):
    """`at` in seconds of the monotonic clock; `who` is None where nobody answered."""

    at: float
    who: str | None


def read(lines: Iterable[str]) -> list[Try]:
    """In the order in which they began. A last line may be unfinished."""
    words = (line.split() for line in lines if line.endswith("\n"))
    return sorted(
        (Try(float(at), None if who == "-" else who) for at, who in words), key=lambda one: one.at
    )


def outage(tries: Sequence[Try]) -> float:
    """The longest time from an answer to the next one, failures being in between; else 0.

    Infinite when nobody has answered again.
    """
    longest, last, failing = 0.0, None, False
    for each in tries:
        if each.who is None:
            failing = True
            continue
        if failing and last is not None:
            longest = max(longest, each.at - last)
        last, failing = each.at, False
    return float("inf") if failing and last is not None and _ends_failing(tries) else longest


def _ends_failing(tries: Sequence[Try]) -> bool:
    """One failure alone may be the client's own."""
    return len(tries) > 1 and tries[-1].who is None and tries[-2].who is None


def answering(tries: Sequence[Try]) -> list[str]:
    """Who answered, in turns."""
    return [who for who, _ in groupby(each.who for each in tries if each.who is not None)]
