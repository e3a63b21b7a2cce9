"""Packer and its vSphere plugin, as the operator installed them."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from provisioner.images.build_errors import PackerMissing

_PLUGIN = Path("github.com", "hashicorp", "vsphere")


@dataclass(frozen=True)
class PackerTools:
    """`plugins`: what PACKER_PLUGIN_PATH names."""

    program: Path
    plugins: Path


def find_tools(program: str, plugins: Path | None) -> PackerTools:
    """`program`: a path, or a name on PATH. Raises PackerMissing."""
    found = shutil.which(program)
    if found is None:
        raise PackerMissing(
            f"there is no program {program!r}: install Packer 1.11 or newer on every worker, "
            "or set PKE_PACKER to its path"
        )
    folder = plugins or Path.home() / ".config" / "packer" / "plugins"
    if not any((folder / _PLUGIN).glob("packer-plugin-vsphere_*")):
        raise PackerMissing(
            f"there is no vSphere plugin of Packer in {folder}: run "
            f"`packer plugins install {_PLUGIN}`, or set PKE_PACKER_PLUGINS to where it is"
        )
    return PackerTools(Path(found).absolute(), folder.absolute())
