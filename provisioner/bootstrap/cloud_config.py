"""The user-data: a #cloud-config that writes the agent's files and starts it."""

from typing import Any

import yaml

from provisioner.bootstrap import units
from provisioner.bootstrap.agent_config import agent_config
from provisioner.bootstrap.delivery import File, agent_files, file, source
from provisioner.bootstrap.layout import AGENT_CONFIG, AGENT_UNIT, CHECK_API
from provisioner.bootstrap.model import NodeBootstrap

SYSTEMD = "/etc/systemd/system"
LOGIN = "pke"


def cloud_config(node: NodeBootstrap) -> str:
    return dump(_document(node))


def dump(document: dict[str, Any]) -> str:
    return "#cloud-config\n" + yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000
    )


def _document(node: NodeBootstrap) -> dict[str, Any]:
    document: dict[str, Any] = {
        "hostname": node.node_name,
        "preserve_hostname": False,
        # kubeadm and sudo look the name up, and there may be no DNS entry for it.
        "manage_etc_hosts": "localhost",
        "ssh_pwauth": False,
        "write_files": _files(node),
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


def _files(node: NodeBootstrap) -> list[File]:
    written: list[File] = [
        *agent_files(node),
        file(AGENT_CONFIG, "0600", agent_config(node)),
        file(f"{SYSTEMD}/{AGENT_UNIT}", "0644", units.AGENT_SERVICE),
        file("/etc/modules-load.d/kubernetes.conf", "0644", "overlay\nbr_netfilter\n"),
        file("/etc/sysctl.d/90-kubernetes.conf", "0644", _SYSCTLS),
    ]
    if node.floats:
        restart = f"{SYSTEMD}/keepalived.service.d/restart.conf"
        written.append(file(CHECK_API, "0755", source("check_api.py")))
        written.append(file(restart, "0644", units.KEEPALIVED_RESTART))
    if node.proxy:
        drop_in = units.proxy_drop_in(node.proxy, _unproxied(node))
        written.append(file(f"{SYSTEMD}/containerd.service.d/proxy.conf", "0644", drop_in))
    return written


def _commands(node: NodeBootstrap) -> list[list[str]]:
    """--no-block, or cloud-init would not be done before the node is."""
    commands = [["systemctl", "daemon-reload"]]
    if node.proxy or node.trusted_cas:
        commands.append(["systemctl", "try-restart", "containerd.service"])
    return [*commands, ["systemctl", "enable", "--now", "--no-block", AGENT_UNIT]]


_SYSCTLS = """\
net.bridge.bridge-nf-call-iptables = 1
net.bridge.bridge-nf-call-ip6tables = 1
net.ipv4.ip_forward = 1
"""


def _unproxied(node: NodeBootstrap) -> tuple[str, ...]:
    networks = (str(node.kubernetes.pod_cidr), str(node.kubernetes.service_cidr))
    own = tuple(nic.address.split("/")[0] for nic in node.nics if nic.address)
    return ("localhost", "127.0.0.1", ".svc", ".cluster.local", node.api_host, *networks, *own)


class _Dumper(yaml.CSafeDumper):
    """Writes text of several lines as it is, for whoever reads it on the machine."""


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
