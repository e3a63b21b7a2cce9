"""containerd's archive as upstream releases it, made from its Go module: node images fetch it."""

import hashlib
import tarfile
from pathlib import Path

from lab import cache
from lab.go_module import GoModule, ensure_built, key_of
from lab.packer.tools import MODULES
from lab.progress import Say, say_nothing

VERSION = "2.3.6"
ARCHIVE = f"containerd/containerd-{VERSION}-linux-amd64.tar.gz"
CHECKSUM = f"{ARCHIVE}.sha256"

_SOURCE = "github.com/containerd/containerd/v2"
_PROGRAMS = ("containerd", "containerd-shim-runc-v2", "ctr")
CONTAINERD = GoModule(
    MODULES / f"containerd-{VERSION}",
    {program: f"{_SOURCE}/cmd/{program}" for program in _PROGRAMS},
    link=f"-X {_SOURCE}/version.Version=v{VERSION}",
)


def ensure_archive(say: Say = say_nothing) -> Path:
    """A document root with ARCHIVE, and its SHA-256 in CHECKSUM. Raises BuildError."""
    built = ensure_built(CONTAINERD, say)

    def make(target: Path) -> None:
        archive = target / ARCHIVE
        archive.parent.mkdir()
        with tarfile.open(archive, "w:gz") as packed:
            for program in _PROGRAMS:
                packed.add(built / program, f"bin/{program}")
        digits = hashlib.sha256(archive.read_bytes()).hexdigest()
        (target / CHECKSUM).write_text(f"{digits}\n")

    return cache.ensure("containerd-archive", cache.digest(key_of(CONTAINERD)), make)
