"""Compiles a module's programs once per state of its inputs."""

import os
import subprocess
from pathlib import Path

from lab import cache
from lab.go_toolchain import BuildError, find_go
from lab.kubernetes.programs import Module
from lab.progress import Say, step

FLAGS = ("-trimpath", "-mod=readonly", "-buildvcs=false")


def ensure_built(module: Module, say: Say) -> Path:
    """The folder of the module's programs; says each one that must be compiled first."""
    key = cache.digest(module.folder, repr(module), *FLAGS)

    def make(target: Path) -> None:
        go = find_go(module.folder)
        for program in module.packages:
            with step(say, f"building {program} of {module.name}"):
                _compile(go, module, program, target / program)

    return cache.ensure(module.name, key, make)


def _compile(go: str, module: Module, program: str, target: Path) -> None:
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
