"""Passes on what another process writes to its log."""

from pathlib import Path

from lab.progress import Say


class Tail:
    def __init__(self, log: Path, say: Say) -> None:
        self._log = log
        self._say = say
        self._read = 0

    def skip(self) -> None:
        """What the log has by now is not said."""
        self._read = self._log.stat().st_size

    def forward(self) -> None:
        """Says the whole lines that are new since the last call."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            new, newline, _ = log.read().rpartition(b"\n")
        self._read += len(new + newline)
        for line in new.decode(errors="replace").splitlines():
            self._say(line)
