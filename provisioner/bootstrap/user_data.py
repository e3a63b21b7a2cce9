"""The user-data of any machine of ours: a #cloud-config that writes files and starts units."""

from collections.abc import Sequence
from typing import Any

import yaml

from provisioner.bootstrap.delivery import File

LOGIN = "pke"

Command = list[str]


def document(
    hostname: str,
    files: Sequence[File],
    commands: Sequence[Command],
    ssh_keys: Sequence[str],
    trusted_cas: Sequence[str],
) -> dict[str, Any]:
    """To be completed by what the machine becomes, and dumped."""
    found: dict[str, Any] = {
        "hostname": hostname,
        "preserve_hostname": False,
        # kubeadm and sudo look the name up, and there may be no DNS entry for it.
        "manage_etc_hosts": "localhost",
        "ssh_pwauth": False,
        # An RSA key takes a second of a node's processor, and today's ssh clients need none.
        "ssh_genkeytypes": ["ed25519", "ecdsa"],
        "write_files": [*files],
        "runcmd": [*commands],
    }
    if ssh_keys:
        found["users"] = [_login(ssh_keys)]
    if trusted_cas:
        found["ca_certs"] = {"trusted": [*trusted_cas]}
    return found


def start(*units: str) -> list[Command]:
    """--no-block, or cloud-init would not be done before the node is."""
    return [["systemctl", "enable", "--now", "--no-block", unit] for unit in units]


def dump(document: dict[str, Any]) -> str:
    return "#cloud-config\n" + yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000
    )


def _login(ssh_keys: Sequence[str]) -> dict[str, Any]:
    """In place of the image's default user, who without keys cannot log in either."""
    return {
        "name": LOGIN,
        "shell": "/bin/bash",
        "lock_passwd": True,
        "sudo": "ALL=(ALL) NOPASSWD:ALL",
        "ssh_authorized_keys": [*ssh_keys],
    }


class _Dumper(yaml.CSafeDumper):
    """Writes text of several lines as it is, for whoever reads it on the machine."""


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
