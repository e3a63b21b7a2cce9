"""Packer and its vSphere plugin, as a user would have installed them."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lab import cache
from lab.go_module import GoModule, ensure_built, key_of
from lab.go_toolchain import BuildError
from lab.progress import Say, say_nothing

NAME = "packer-tools"
MODULES = Path(__file__).parent / "modules"
PLUGIN = "github.com/hashicorp/vsphere"


def _module(program: str, version: str) -> GoModule:
    return GoModule(MODULES / f"{program}-{version}", {program: f"github.com/hashicorp/{program}"})


PACKER = _module("packer", "1.15.0")
VSPHERE = _module("packer-plugin-vsphere", "1.4.2")


@dataclass(frozen=True)
class PackerTools:
    """`plugins`: what PACKER_PLUGIN_PATH is to name."""

    program: Path
    plugins: Path

    def environment(self, scratch: Path) -> dict[str, str]:
        """For runs that reach for nothing outside `scratch`, least of all HashiCorp's servers."""
        return {
            **os.environ,
            "CHECKPOINT_DISABLE": "1",
            "PACKER_PLUGIN_PATH": str(self.plugins),
            "PACKER_CONFIG_DIR": str(scratch),
            "PACKER_CACHE_DIR": str(scratch / "cache"),
            "HOME": str(scratch),
        }


def packer(say: Say = say_nothing) -> PackerTools:
    """Two or three minutes the first time, nothing when all is there. Raises BuildError."""
    programs, plugin = ensure_built(PACKER, say), ensure_built(VSPHERE, say)

    def install(target: Path) -> None:
        shutil.copy2(programs / "packer", target / "packer")
        tools = _in(target)
        tools.plugins.mkdir()
        _install_plugin(tools, plugin / "packer-plugin-vsphere", target)

    return _in(cache.ensure(NAME, _key(), install))


def built() -> PackerTools | None:
    """None: `packer` has not been asked for them yet."""
    found = cache.find(NAME, _key())
    return _in(found) if found else None


def _in(folder: Path) -> PackerTools:
    return PackerTools(folder / "packer", folder / "plugins")


def _key() -> str:
    return cache.digest(key_of(PACKER), key_of(VSPHERE))


def _install_plugin(tools: PackerTools, binary: Path, scratch: Path) -> None:
    done = subprocess.run(
        [tools.program, "plugins", "install", "--path", binary, PLUGIN],
        env=tools.environment(scratch),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise BuildError(f"Packer did not take its plugin:\n{done.stdout}{done.stderr}")
