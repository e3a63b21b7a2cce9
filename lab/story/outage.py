"""How long somebody who keeps asking gets no answer."""

import threading
import time
from collections.abc import Callable
from typing import Self

PAUSE_SECONDS = 0.05


class Outage:
    """Asks in a thread of its own while the context lasts."""

    def __init__(self, answers: Callable[[], bool]) -> None:
        self._answers = answers
        self._ended = threading.Event()
        self._answered = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="outage", daemon=True)
        self.longest_seconds = 0.0

    def __enter__(self) -> Self:
        self._answered = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def over(self) -> bool:
        """There was one, and answers come again."""
        return self.longest_seconds > 10 * PAUSE_SECONDS and self._silent() < 10 * PAUSE_SECONDS

    def _run(self) -> None:
        while not self._ended.wait(PAUSE_SECONDS):
            if self._answers():
                self.longest_seconds = max(self.longest_seconds, self._silent())
                self._answered = time.monotonic()

    def _silent(self) -> float:
        return time.monotonic() - self._answered
