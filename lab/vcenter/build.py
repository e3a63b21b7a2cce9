"""Builds the simulator's program once per state of its sources."""

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from lab.go_toolchain import BuildError, find_go

SOURCES = Path(__file__).parent
BUILD_FOLDER = SOURCES.parents[1] / "build"
FLAGS = ("-trimpath", "-ldflags=-s -w", "-mod=readonly", "-buildvcs=false")


def binary() -> Path:
    """The built program. Takes about a minute when sources have changed, else nothing."""
    target = BUILD_FOLDER / f"lab-vcenter-{_digest(_source_files())}"
    BUILD_FOLDER.mkdir(exist_ok=True)
    with (BUILD_FOLDER / ".lab-vcenter.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            _remove_older()
            _compile(target)
    return target


def _source_files() -> list[Path]:
    return sorted([*SOURCES.glob("*.go"), SOURCES / "go.mod", SOURCES / "go.sum"])


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256(" ".join(FLAGS).encode())
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _remove_older() -> None:
    for old in BUILD_FOLDER.glob("lab-vcenter-*"):
        old.unlink(missing_ok=True)


def _compile(target: Path) -> None:
    partial = target.with_suffix(".partial")
    built = subprocess.run(
        [find_go(SOURCES), "build", *FLAGS, "-o", str(partial), "."],
        cwd=SOURCES,
        env={**os.environ, "CGO_ENABLED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode != 0:
        raise BuildError(f"building the lab's vCenter failed:\n{built.stderr}")
    partial.rename(target)
