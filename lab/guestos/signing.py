"""The key that the lab's package repositories are signed with."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import cache
from lab.guestos.running import run

NAME = "Lab packages <lab@invalid>"
PUBLIC, KEYRING, SECRET = "lab.asc", "lab.gpg", "secret.asc"


def ensure_key() -> Path:
    """A folder with lab.asc and lab.gpg (public) and secret.asc (0600); made once per cache."""

    def make(target: Path) -> None:
        with _gnupg() as gpg:
            run(*gpg, "--quick-generate-key", NAME, "rsa3072", "sign", "never")
            run(*gpg, "--armor", "--output", target / PUBLIC, "--export")
            run(*gpg, "--output", target / KEYRING, "--export")
            run(*gpg, "--armor", "--output", target / SECRET, "--export-secret-keys")

    return cache.ensure("packages-key", cache.digest(NAME), make)


def sign(folder: Path) -> None:
    """Writes InRelease and Release.gpg beside the folder's Release."""
    release = folder / "Release"
    with _gnupg() as gpg:
        run(*gpg, "--import", ensure_key() / SECRET)
        run(*gpg, "--clear-sign", "--output", folder / "InRelease", release)
        run(*gpg, "--armor", "--detach-sign", "--output", folder / "Release.gpg", release)


@contextmanager
def _gnupg() -> Iterator[tuple[str, ...]]:
    """gpg with a home of its own, whose agent ends with it."""
    with tempfile.TemporaryDirectory(prefix="gpg-") as home:
        try:
            yield ("gpg", "--homedir", home, "--batch", "--quiet", "--passphrase", "")
        finally:
            run("gpgconf", "--homedir", home, "--kill", "all")
