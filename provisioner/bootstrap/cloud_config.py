"""The user-data: a #cloud-config that writes the agent's files and starts it."""

from typing import Any

import yaml

from provisioner.bootstrap import units
from provisioner.bootstrap.agent_config import agent_config
from provisioner.bootstrap.delivery import File, agent_files, file
from provisioner.bootstrap.keepalived_files import keepalived_files
from provisioner.bootstrap.layout import (
    AGENT_CONFIG,
    AGENT_UNIT,
    NODE_CONFIGURATION_TIMER,
    SYSTEMD,
)
from provisioner.bootstrap.model import NodeBootstrap
from provisioner.bootstrap.proxies import proxy_files
from provisioner.bootstrap.way import Way

LOGIN = "pke"


def cloud_config(node: NodeBootstrap, way: Way) -> str:
    return dump(_document(node, way))


def dump(document: dict[str, Any]) -> str:
    return "#cloud-config\n" + yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000
    )


def _document(node: NodeBootstrap, way: Way) -> dict[str, Any]:
    document: dict[str, Any] = {
        "hostname": node.node_name,
        "preserve_hostname": False,
        # kubeadm and sudo look the name up, and there may be no DNS entry for it.
        "manage_etc_hosts": "localhost",
        "ssh_pwauth": False,
        "write_files": _files(node, way),
        "runcmd": _commands(node),
    }
    if node.ssh_keys:
        document["users"] = [login(node.ssh_keys)]
    if node.trusted_cas:
        document["ca_certs"] = {"trusted": list(node.trusted_cas)}
    return document


def login(ssh_keys: tuple[str, ...]) -> dict[str, Any]:
    """In place of the image's default user, who without keys cannot log in either."""
    return {
        "name": LOGIN,
        "shell": "/bin/bash",
        "lock_passwd": True,
        "sudo": "ALL=(ALL) NOPASSWD:ALL",
        "ssh_authorized_keys": list(ssh_keys),
    }


def _files(node: NodeBootstrap, way: Way) -> list[File]:
    written: list[File] = [
        *agent_files(*way.modules),
        file(AGENT_CONFIG, "0600", agent_config(node, way)),
        file(f"{SYSTEMD}/{AGENT_UNIT}", "0644", units.AGENT_SERVICE),
        file("/etc/modules-load.d/kubernetes.conf", "0644", "overlay\nbr_netfilter\n"),
        file("/etc/sysctl.d/90-kubernetes.conf", "0644", _SYSCTLS),
    ]
    if node.floats:
        written += keepalived_files()
    return [*written, *proxy_files(node)]


def _commands(node: NodeBootstrap) -> list[list[str]]:
    """--no-block, or cloud-init would not be done before the node is."""
    commands = [["systemctl", "daemon-reload"]]
    if node.proxy or node.trusted_cas:
        commands.append(["systemctl", "try-restart", "containerd.service"])
    started = [*([NODE_CONFIGURATION_TIMER] if node.floats else []), AGENT_UNIT]
    start = ["systemctl", "enable", "--now", "--no-block"]
    return [*commands, *([*start, unit] for unit in started)]


_SYSCTLS = """\
net.bridge.bridge-nf-call-iptables = 1
net.bridge.bridge-nf-call-ip6tables = 1
net.ipv4.ip_forward = 1
"""


class _Dumper(yaml.CSafeDumper):
    """Writes text of several lines as it is, for whoever reads it on the machine."""


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
