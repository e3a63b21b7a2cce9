"""The machine: its files, its programs, its NICs."""

from __future__ import annotations

import contextlib
import functools
import glob
import os
import re
import subprocess
import tempfile
from collections.abc import Collection
from typing import BinaryIO

from .failures import Failure, without

STATE = "/var/lib/pke-provisioner/"
LOG = "/var/log/pke-provisioner/programs.log"
PRIVATE = functools.partial(os.open, mode=0o600)
REPORTED_LINES, REPORTED_CHARACTERS = 20, 2000
COLOURS = re.compile(r"\x1b\[[\d;]*m")
# kubeadm's check of the system lists all that it looks at.
LISTED = re.compile(r"^(?:CONFIG|CGROUPS)_\w+: .*\n", re.MULTILINE)
TELLING = (r"^.*\[ERROR .*\n", r"^.*\b(error|fatal|failed)\b.*\n")


class Host:
    """This machine, below `root`. Paths in arguments are those the machine itself would use."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")

    def path(self, path: str) -> str:
        return self._root + path

    def exists(self, path: str) -> bool:
        return os.path.exists(self.path(path))

    def read(self, path: str) -> str:
        with open(self.path(path), encoding="utf-8") as file:
            return file.read()

    def names(self, folder: str) -> list[str]:
        """Sorted; none when there is no such folder."""
        with contextlib.suppress(FileNotFoundError):
            return sorted(os.listdir(self.path(folder)))
        return []

    def write(self, path: str, text: str, mode: int = 0o600) -> None:
        """Whole or not at all, and at no time readable by more than `mode` allows."""
        target = self.path(path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        self.remove(path + ".part")
        with open(target + ".part", "x", encoding="utf-8", opener=PRIVATE) as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(target + ".part", target)

    def remove(self, path: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path(path))

    def interface(self, mac: str) -> str | None:
        for path in sorted(glob.glob(self.path("/sys/class/net/*/address"))):
            with open(path, encoding="ascii") as file:
                if file.read().strip().lower() == mac:
                    return path.split("/")[-2]
        return None

    def run(
        self,
        *command: str,
        seconds: float = 60.0,
        environment: dict[str, str] | None = None,
        hidden: Collection[str] = (),
    ) -> str:
        """The end of what it said; LOG keeps all. Raises Failure when it is missing or fails.

        `hidden`: what it may say and nobody else may read.
        """
        with self._log() as log:
            start = log.seek(0, os.SEEK_END)
            self._run(command, log, log, seconds, environment, hidden)
            return end_of(log, start, hidden)

    def output(
        self,
        *command: str,
        seconds: float = 60.0,
        environment: dict[str, str] | None = None,
        hidden: Collection[str] = (),
    ) -> str:
        """All of its standard output, which LOG does not keep. Raises Failure when it is missing
        or fails; `hidden` as for `run`.
        """
        with self._log() as log, tempfile.TemporaryFile() as said:
            log.seek(0, os.SEEK_END)
            self._run(command, said, log, seconds, environment, hidden)
            said.seek(0)
            return said.read().decode(errors="replace")

    def _log(self) -> BinaryIO:
        os.makedirs(os.path.dirname(self.path(LOG)), mode=0o700, exist_ok=True)
        return open(self.path(LOG), "ab+", opener=PRIVATE)

    def _run(
        self,
        command: tuple[str, ...],
        stdout: BinaryIO,
        log: BinaryIO,
        seconds: float,
        environment: dict[str, str] | None,
        hidden: Collection[str] = (),
    ) -> None:
        start = log.tell()
        variables = dict(os.environ, **(environment or {}))
        try:
            subprocess.run(
                command, stdout=stdout, stderr=log, check=True, timeout=seconds, env=variables
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise Failure(explained(command, error, end_of(log, start, hidden))) from error


def end_of(log: BinaryIO, start: int, hidden: Collection[str] = ()) -> str:
    """Hidden before it is cut, so that no part of a secret is left over."""
    log.seek(start)
    text = LISTED.sub("", COLOURS.sub("", log.read().decode(errors="replace")))
    text = without(hidden, text)
    return "\n".join(text.splitlines()[-REPORTED_LINES:])[-REPORTED_CHARACTERS:]


def explained(command: tuple[str, ...], error: Exception, said: str) -> str:
    """The first line that tells of an error, all it said last, and how it ended."""
    found = (re.search(one, said, re.IGNORECASE | re.MULTILINE) for one in TELLING)
    telling = next(filter(None, found), None)
    ended = str(error).rpartition("' ")[2]  # without "Command '...'"
    what = (telling.group() if telling and telling.start() else "") + said
    return f"{' '.join(command[:2])} failed: {what}\n{ended}".replace(": \n", ": ")
