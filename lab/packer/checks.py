"""What can be said of the image templates without a vCenter: format, validity, shell scripts."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat

from lab.packer.tools import PackerTools

TEMPLATES = Path(__file__).parents[2] / "packer"
SOURCES = ("vsphere-clone.image", "vsphere-iso.image")
# What the service sets for each build; nothing is connected to.
_SET = {
    "vcenter_username": "user",
    "vcenter_password": "a password",
    "datacenter": "DC1",
    "cluster": "compute-1",
    "datastore": "local-1",
    "folder": "images",
    "template": "debian-12",
    "kubernetes_version": "1.35.4",
    "iso_url": "https://mirror.example.com/installer.iso",
    "iso_checksum": "sha256:" + "0" * 64,
}


def definitions(templates: Path = TEMPLATES) -> list[Path]:
    return sorted((templates / "definitions").glob("*.pkrvars.hcl"))


def scripts(templates: Path = TEMPLATES) -> list[Path]:
    return sorted((templates / "scripts").glob("*.sh"))


def problems(tools: PackerTools, templates: Path = TEMPLATES) -> Iterator[str]:
    """What each tool complains of, in its own words."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        told = scratch / "set.pkrvars.json"
        told.write_text(json.dumps({**_SET, "ssh_private_key_file": str(_key(scratch))}))
        env = tools.environment(scratch)
        packer = str(tools.program)
        yield from _said([packer, "fmt", "-check", "-diff", "-recursive", str(templates)], env)
        for definition in definitions(templates):
            for source in SOURCES:
                files = [f"-var-file={one}" for one in (definition, told)]
                command = [packer, "validate", f"-only={source}", *files, str(templates)]
                yield from _said(command, env)
        yield from _said(["shellcheck", *map(str, scripts(templates))], env)


def _key(scratch: Path) -> Path:
    key = Ed25519PrivateKey.generate()
    written = scratch / "key"
    written.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, serialization.NoEncryption())
    )
    return written


def _said(command: list[str], env: dict[str, str]) -> Iterator[str]:
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        yield f"{' '.join(command)}:\n{done.stdout}{done.stderr}"
