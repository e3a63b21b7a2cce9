"""An etcd member on this machine."""

from __future__ import annotations

from typing import Any

from .host import STATE, Host
from .node_api import NodeApi
from .reporter import Reporter
from .waiting import Allowance

CONFIG = "/etc/etcd/etcd.env"
PKI = "/etc/etcd/pki"
UNIT = "etcd.service"
START_SECONDS = 330.0


class EtcdMember:
    """Each step may run twice: etcd itself knows from its data that it is a member already."""

    def __init__(self, host: Host, config: dict[str, Any], api: NodeApi) -> None:
        self._host, self._api = host, api
        self._node, self._seconds = config["node"], float(config["bootstrap_seconds"])

    def become_ready(self, reporter: Reporter) -> None:
        with reporter.phase("etcd-version"):
            self._host.run("etcd", "--version")
        with reporter.phase("etcd-configuration"):
            given = self._api.etcd_member()
            allowance = Allowance(self._seconds)
            self._write(given)
        with reporter.phase("etcd-member"):
            self._host.run("systemctl", "enable", UNIT)
            # It returns once the member serves.
            seconds = allowance.left(START_SECONDS)
            self._host.run("systemctl", "restart", UNIT, seconds=seconds)
        with reporter.phase("etcd-ready"):
            self._api.report_ready({"name": self._node["name"], "nodePool": self._node["pool"]})
            self._host.write(STATE + "ready", "")

    def _write(self, given: dict[str, str]) -> None:
        """The unit lets etcd's group read them."""
        self._host.write(f"{PKI}/ca.crt", given["authority"], 0o644)
        self._host.write(f"{PKI}/member.crt", given["certificate"], 0o644)
        self._host.write(f"{PKI}/member.key", given["privateKey"], 0o640)
        self._host.write(CONFIG, given["configuration"], 0o644)
