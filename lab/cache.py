"""Built things that outlive a run: folders named after what they are and of what they are made."""

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

UNUSED_SECONDS = 14 * 24 * 3600.0
DIGEST_LENGTH = 16


def folder() -> Path:
    """`$PKE_LAB_CACHE`, else the user's cache folder; made when missing."""
    named = os.environ.get("PKE_LAB_CACHE")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    found = Path(named) if named else Path(home, "pke-lab")
    found.mkdir(parents=True, exist_ok=True)
    return found.resolve()


def digest(*inputs: str | Path) -> str:
    """Of texts as they are, of files by name and content, of folders by all that is in them."""
    total = hashlib.sha256()
    for one in inputs:
        for part in _parts(one):
            total.update(len(part).to_bytes(8) + part)
    return total.hexdigest()[:DIGEST_LENGTH]


def find(name: str, key: str) -> Path | None:
    """What `ensure` has made of this, if it has."""
    found = folder() / f"{name}-{key}"
    return found if found.is_dir() else None


def ensure(name: str, key: str, make: Callable[[Path], None]) -> Path:
    """The folder of `name` whose inputs have the digest `key`; read only from now on.

    When it is missing, `make` fills a new folder, which gets its name when it is complete. Of two
    processes that need the same one, the second waits and finds it made. A failure leaves nothing.
    Folders of `name` with other digests go when nobody asked for them in two weeks.
    """
    target = folder() / f"{name}-{key}"
    with _lock(name):
        if not target.is_dir():
            _make(target, make)
            _remove_unused(name, target)
        os.utime(target)
    return target


def _make(target: Path, make: Callable[[Path], None]) -> None:
    # What a killed builder started may still write: into its own folder, and never into ours.
    for left in target.parent.glob(f"{target.name}.part-*"):
        shutil.rmtree(left, ignore_errors=True)
    partial = Path(tempfile.mkdtemp(prefix=f"{target.name}.part-", dir=target.parent))
    try:
        partial.chmod(0o755)
        make(partial)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    partial.rename(target)


def _remove_unused(name: str, newest: Path) -> None:
    digits = "[0-9a-f]" * DIGEST_LENGTH
    for other in newest.parent.glob(f"{name}-{digits}"):
        if other != newest and time.time() - other.stat().st_mtime > UNUSED_SECONDS:
            shutil.rmtree(other, ignore_errors=True)


@contextmanager
def _lock(name: str) -> Iterator[None]:
    with (folder() / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _parts(one: str | Path) -> Iterator[bytes]:
    if isinstance(one, str):
        yield one.encode()
        return
    files = sorted(file for file in one.rglob("*") if file.is_file()) if one.is_dir() else [one]
    for file in files:
        yield str(file.relative_to(one.parent)).encode()
        yield f"{file.stat().st_mode & 0o777:o}".encode()
        yield file.read_bytes()
