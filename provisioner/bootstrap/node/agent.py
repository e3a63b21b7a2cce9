"""Makes this machine a node of its Kubernetes cluster, then stops for good.

Every step may run twice, so a killed agent simply starts over. Only kubeadm's progress is kept,
because what it left half done has to be undone first.

Exit status: 0 the node is ready; 3 it never will be, replace it; any other: start me again.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import time
from typing import Any, Protocol

from .failures import Failure, Refused, without_secrets
from .host import STATE, Host
from .node_api import NodeApi
from .reporter import Reporter
from .waiting import Allowance

FAILED = 3


class Member(Protocol):
    def become_ready(self, reporter: Reporter) -> None:
        """May run twice. Raises Failure."""


class Agent:
    def __init__(self, host: Host, config: dict[str, Any]) -> None:
        self._host, self._config = host, config
        self._poll_seconds = float(config["poll_seconds"])
        self._api = NodeApi(config["api"], self._poll_seconds)
        self._reporter = Reporter(self._api, config["node"])

    def run(self) -> int:
        role = self._config["node"]["role"]
        try:
            self._reporter.report(role, "running", "starting")
            self._install()
            self._member(role).become_ready(self._reporter)
            self._reporter.report(role, "finished", "success", final=True)
        except Failure as failure:
            # The token may lose its power as soon as the node is ready.
            if not self._host.exists(STATE + "ready"):
                self._host.write(STATE + "failed", without_secrets(str(failure)))
                self._last_words(role, str(failure))
                return FAILED
        return 0

    def _install(self) -> None:
        if self._config.get("packages"):
            from .packages import Installation

            with self._reporter.phase("packages"):
                allowance = Allowance(float(self._config["bootstrap_seconds"]))
                Installation(self._host, self._config["packages"], allowance).ensure()

    def _member(self, role: str) -> Member:
        """A machine is delivered only the modules of what it becomes."""
        if role == "etcd":
            from .etcd_member import EtcdMember

            return EtcdMember(self._host, self._config, self._api)
        if role == "load-balancer":
            from .load_balancer_member import LoadBalancerMember

            return LoadBalancerMember(self._host, self._config, self._api)
        if self._config["pke"]:
            from .pke_node import PkeNode

            return PkeNode(self._host, self._config, self._api)
        from .kubeadm_node import KubeadmNode

        return KubeadmNode(self._host, self._config, self._api)

    def _last_words(self, phase: str, message: str) -> None:
        """Worth some tries: the service replaces the node sooner."""
        for _ in range(5):
            with contextlib.suppress(Refused):
                if self._reporter.report(phase, "failed", message, final=True):
                    return
            time.sleep(self._poll_seconds)


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes this machine a node of its cluster.")
    parser.add_argument("--root", default="/", help="prefix of every path")
    parser.add_argument("--config", default="/etc/pke-provisioner/agent.json")
    given = parser.parse_args()
    host = Host(given.root)
    for name, status in (("ready", 0), ("failed", FAILED)):
        if host.exists(STATE + name):
            return status
    return Agent(host, json.loads(host.read(given.config))).run()
