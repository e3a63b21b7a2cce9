"""What makes a machine a master, whichever program installs Kubernetes on it."""

from __future__ import annotations

import time
from typing import Any

from .host import Host
from .node_api import NodeApi
from .texts import filled
from .waiting import pauses

KEEPALIVED_CONF = "/etc/keepalived/keepalived.conf"


def write_certificates(host: Host, api: NodeApi, files: list[dict[str, Any]]) -> None:
    values = api.certificates()
    for file in files:
        content = filled(file["content"], value=values[file["key"]])
        host.write(file["path"], content, int(file["permissions"], 8))


def start_keepalived(host: Host, api: NodeApi, interface: str) -> None:
    """Before there is an API server: its check lets the floating address appear with it."""
    host.write(KEEPALIVED_CONF, api.keepalived_config(interface), 0o640)
    host.run("systemctl", "enable", "keepalived.service")
    host.run("systemctl", "restart", "keepalived.service")


def reload_keepalived(host: Host, api: NodeApi, interface: str) -> None:
    """By now more masters may have addresses than when it was started."""
    config = api.keepalived_config(interface)
    if host.read(KEEPALIVED_CONF) != config:
        host.write(KEEPALIVED_CONF, config, 0o640)
        host.run("systemctl", "reload", "keepalived.service")


def resolve_api(host: Host, name: str, *addresses: str) -> None:
    """On this machine `name` is `addresses`, tried in their order: nobody else need know it yet."""
    mark = "  # pke-provisioner"
    lines = host.read("/etc/hosts").splitlines() if host.exists("/etc/hosts") else []
    kept = [line for line in lines if not line.endswith(mark)]
    ours = [f"{address} {name}{mark}" for address in addresses]
    host.write("/etc/hosts", "\n".join([*kept, *ours, ""]), 0o644)


def leads(api: NodeApi, name: str, address: str, poll_seconds: float) -> bool:
    """False once another master's API answers. Until then its claim may fall free again."""
    while not api.claim_leadership(name, address):
        for pause in pauses(poll_seconds):
            if api.control_plane_ready():
                return False
            if not api.leader_known():
                break
            time.sleep(pause)
    return True
