"""A node made by kubeadm, step by step."""

from __future__ import annotations

import contextlib
import secrets
from typing import Any

from .failures import Failure
from .host import STATE, Host
from .kubeadm import DISCOVERY, Kubeadm
from .masters import (
    leads,
    reload_keepalived,
    resolve_api,
    start_keepalived,
    write_certificates,
)
from .network import Network, complete_proxies
from .node_api import NodeApi
from .reporter import Reporter
from .texts import base64_of, filled
from .waiting import Allowance

LOCALHOST = "127.0.0.1"


class KubeadmNode:
    def __init__(self, host: Host, config: dict[str, Any], api: NodeApi) -> None:
        self._host, self._config, self._api = host, config, api
        self._node = config["node"]
        self._poll_seconds = float(config["poll_seconds"])
        self._network = Network(host, config["nic"], self._poll_seconds)
        self._kubeadm = Kubeadm(host, self._poll_seconds)

    def become_ready(self, reporter: Reporter) -> None:
        master = self._node["role"] == "master"
        with reporter.phase("kubernetes-version"):
            self._kubeadm.check_version(self._config["kubernetes"]["version"])
        if not self._kubeadm.done():
            with reporter.phase("kubernetes-runtime"):
                self._prepare()
            if self._config["logs_in"]:
                with reporter.phase("image-registry"):
                    self._log_in()
            if master:
                with reporter.phase("pipeline-certificates"):
                    write_certificates(self._host, self._api, self._config["certificates"])
            with reporter.phase("kubernetes-controlplane" if master else "kubernetes-node"):
                self._start(master)
        with reporter.phase("pipeline-ready"):
            self._api.report_ready(self._ready_body(master))
            self._host.write(STATE + "ready", "")

    def _prepare(self) -> None:
        self._kubeadm.undo_unfinished()
        # Templates differ in what they need of this; kubeadm's own checks have the last word.
        for command in ("modprobe -a overlay br_netfilter", "sysctl --system", "swapoff -a"):
            with contextlib.suppress(Failure):
                self._host.run(*command.split())
        self._host.run("systemctl", "enable", "kubelet.service")

    def _log_in(self) -> None:
        """Before kubeadm, which pulls the first images."""
        from .registry_logins import ensure_logins

        ensure_logins(self._host, self._api.image_registry_logins())

    def _start(self, master: bool) -> None:
        place = self._network.place()
        complete_proxies(self._host, self._config["proxy_drop_ins"], place.network)
        is_leader = master and leads(
            self._api, self._node["name"], place.address, self._poll_seconds
        )
        allowance = self._allowance()
        if self._config["keepalived"]:
            start_keepalived(self._host, self._api, place.interface)
        if is_leader:
            self._init(place.address, allowance)
        else:
            self._join(place.address)
        if is_leader and self._config["keepalived"]:
            # Once it is ready others join, and may take the address beside one they don't know.
            reload_keepalived(self._host, self._api, place.interface)

    def _allowance(self) -> Allowance:
        """From the moment that this node may begin."""
        return Allowance(float(self._config["bootstrap_seconds"]))

    def _init(self, address: str, allowance: Allowance) -> None:
        """With a join token that nobody learns: kubeadm's own would live for a day."""
        if self._config["api_name"]:
            resolve_api(self._host, self._config["api_name"], LOCALHOST)
        token = f"{secrets.token_hex(3)}.{secrets.token_hex(8)}"
        init = filled(self._config["kubeadm"]["init"], address=address, token=token)
        self._kubeadm.run("init", init, allowance, "--skip-token-print")

    def _join(self, address: str) -> None:
        given = self._api.join_parameters()
        allowance = self._allowance()
        documents = self._config["kubeadm"]
        authority = base64_of(given["certificateAuthority"])
        server = self._server(given["masterAddress"])
        discovery = filled(documents["discovery"], server=server, authority=authority)
        self._host.write(DISCOVERY, discovery)
        join = filled(documents["join"], address=address, token=given["token"])
        self._kubeadm.run("join", join, allowance)
        if self._config["api_name"]:
            resolve_api(self._host, self._config["api_name"], LOCALHOST)

    def _server(self, given: str) -> str:
        """What kubeadm writes into kubeconfigs, so a name stays a name: that of another master
        is found at its address until this one answers to it too.
        """
        name, (address, _, port) = self._config["api_name"], given.rpartition(":")
        if not name or name == address:
            return given
        resolve_api(self._host, name, LOCALHOST, address)
        return f"{name}:{port}"

    def _ready_body(self, master: bool) -> dict[str, str]:
        address = self._network.place().address
        body = dict(name=self._node["name"], nodePool=self._node["pool"], ip=address)
        if master:
            body["config"] = base64_of(self._host.read("/etc/kubernetes/admin.conf"))
        return body
