"""When a batch should go out: soon while work comes now and then, further apart while it pours.

One VM waits a tenth of a second at each turn; a hundred VMs share a few requests a second.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """`shortest`: seconds that the first of a batch waits for company. After `burst` batches in a
    row, they are `longest` seconds apart until it gets quieter, or closer when much is waiting:
    everything that waits buys a `share` of a batch, so that a batch is never for few.
    """

    shortest: float
    longest: float
    burst: int = 8
    share: float = 0.0


class Gathering:
    """A token bucket: every batch takes one; time and what waits for a batch bring them back."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._tokens = float(window.burst)
        self._seen = 0.0

    def earn(self) -> None:
        """One more waits for the next batch."""
        self._tokens = min(float(self._window.burst), self._tokens + self._window.share)

    def delay(self, now: float) -> float:
        """Seconds from `now`, when something is waiting, to when the batch should go out."""
        window = self._window
        earned = max(0.0, now - self._seen) / window.longest
        self._tokens = min(float(window.burst), self._tokens + earned)
        wait = max(window.shortest, (1.0 - self._tokens) * window.longest)
        self._tokens = max(0.0, self._tokens - 1.0)
        self._seen = now + wait if self._tokens == 0.0 else now
        return wait
