"""Programs of a pinned Go module, compiled once per state of its inputs into the lab's cache."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from lab import cache
from lab.go_toolchain import BuildError, find_go
from lab.progress import Say, step

FLAGS = ("-trimpath", "-mod=readonly", "-buildvcs=false")


@dataclass(frozen=True)
class GoModule:
    """A folder with go.mod and go.sum and what is built of it: packages by their program's name."""

    folder: Path = field(repr=False)
    packages: dict[str, str]
    link: str = ""
    tags: str = ""
    c_compiler: bool = False

    @property
    def name(self) -> str:
        return self.folder.name


def key_of(module: GoModule) -> str:
    """The digest of all that its programs are made of."""
    return cache.digest(module.folder, repr(module), *FLAGS)


def ensure_built(module: GoModule, say: Say) -> Path:
    """The folder of the module's programs; says each one that must be compiled first."""

    def make(target: Path) -> None:
        go = find_go(module.folder)
        for program in module.packages:
            with step(say, f"building {program} of {module.name}"):
                _compile(go, module, program, target / program)

    return cache.ensure(module.name, key_of(module), make)


def _compile(go: str, module: GoModule, program: str, target: Path) -> None:
    built = subprocess.run(
        [
            *(go, "build", *FLAGS, "-tags", module.tags),
            *("-ldflags", f"-s -w {module.link}".strip()),
            *("-o", str(target), module.packages[program]),
        ],
        cwd=module.folder,
        env={**os.environ, "CGO_ENABLED": str(int(module.c_compiler))},
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode != 0:
        raise BuildError(f"building {program} of {module.name} failed:\n{built.stderr[-4000:]}")
