"""A member of a load balancer pair on this machine: HAProxy and keepalived."""

from __future__ import annotations

import json
from typing import Any

from .host import STATE, Host
from .node_api import NodeApi
from .reporter import Reporter

VALUES = "/etc/pke-provisioner/values.json"
APPLY = "/usr/local/lib/pke-provisioner/node_configuration.py"
FIRST = "/etc/pke-provisioner/first-configuration"
APPLY_SECONDS = 120.0


class LoadBalancerMember:
    """Each step may run twice. Later configurations come by the timer that applies them."""

    def __init__(self, host: Host, config: dict[str, Any], api: NodeApi) -> None:
        self._host, self._api = host, api
        self._node, self._services = config["node"], config["services"]

    def become_ready(self, reporter: Reporter) -> None:
        with reporter.phase("secrets"):
            self._host.write(VALUES, json.dumps(self._api.load_balancer_values()))
        with reporter.phase("configuration"):
            program, first = self._host.path(APPLY), self._host.path(FIRST)
            self._host.run("python3", "-I", program, first, seconds=APPLY_SECONDS)
        with reporter.phase("services"):
            self._host.run("systemctl", "enable", "--now", *self._services)
        with reporter.phase("load-balancer-ready"):
            self._api.report_ready({"name": self._node["name"], "nodePool": self._node["pool"]})
            self._host.write(STATE + "ready", "")
