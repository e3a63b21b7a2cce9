"""The user-data of a cluster's node: it writes the agent's files and starts it."""

from provisioner.bootstrap import units, user_data
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
from provisioner.bootstrap.user_data import Command, start
from provisioner.bootstrap.way import Way


def cloud_config(node: NodeBootstrap, way: Way) -> str:
    files, commands = _files(node, way), _commands(node)
    return user_data.dump(
        user_data.document(node.node_name, files, commands, node.ssh_keys, node.trusted_cas)
    )


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


def _commands(node: NodeBootstrap) -> list[Command]:
    commands = [["systemctl", "daemon-reload"]]
    if node.proxy or node.trusted_cas:
        commands.append(["systemctl", "try-restart", "containerd.service"])
    timers = [NODE_CONFIGURATION_TIMER] if node.floats else []
    return [*commands, *start(*timers, AGENT_UNIT)]


_SYSCTLS = """\
net.bridge.bridge-nf-call-iptables = 1
net.bridge.bridge-nf-call-ip6tables = 1
net.ipv4.ip_forward = 1
"""
