"""systemd units and drop-ins of a node."""

import json

from provisioner.bootstrap.layout import AGENT, STATE
from provisioner.domain.spec.cluster import Proxy

# Exit status 3 is the agent's last word: the service replaces the node, a restart can't help.
AGENT_SERVICE = f"""\
[Unit]
Description=Makes this machine a node of its Kubernetes cluster
Wants=network-online.target
After=network-online.target containerd.service
ConditionPathExists=!{STATE}/ready
ConditionPathExists=!{STATE}/failed
StartLimitIntervalSec=0

[Service]
ExecStart=/usr/bin/python3 -I {AGENT}
Restart=on-failure
RestartSec=5
RestartPreventExitStatus=3

[Install]
WantedBy=multi-user.target
"""

# Debian's unit lacks it, and a master without keepalived never gets the VIP again.
KEEPALIVED_RESTART = """\
[Service]
Restart=on-failure
RestartSec=1
"""


def proxy_drop_in(proxy: Proxy, exceptions: tuple[str, ...]) -> str:
    """Environment of the units that pull images. `exceptions` never go through the proxy."""
    values = {
        "HTTP_PROXY": proxy.http,
        "HTTPS_PROXY": proxy.https,
        "NO_PROXY": ",".join(dict.fromkeys(exceptions + proxy.no_proxy)),
    }
    lines = [_environment(name, value) for name, value in values.items() if value]
    return "\n".join(["[Service]", *lines]) + "\n"


def _environment(name: str, value: str) -> str:
    """systemd reads JSON's escapes; a percent sign would start one of its specifiers."""
    quoted = json.dumps(f"{name}={value}").replace("%", "%%")
    return f"Environment={quoted}"
