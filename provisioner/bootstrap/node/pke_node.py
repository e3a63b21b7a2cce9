"""A node made by the pke program of its template.

pke tells the service itself how far it is, and takes its token and vCenter's password as
arguments only: whoever is logged in on the node can see them while it runs.
"""

from __future__ import annotations

import json
import os
from typing import Any

from .failures import Failure
from .host import STATE, Host
from .masters import start_keepalived
from .network import Network, complete_proxies
from .node_api import NodeApi
from .reporter import Reporter
from .texts import filled

RC = "/etc/banzaicloud/pke.rc"
VSPHERE_CONF = "/etc/kubernetes/vsphere.conf"
# pke itself waits for an hour for the control plane, and for its turn after that; it reports its
# own failures. Only the service knows when its turn came, and gives it up.
SECONDS = 7200.0
# The template's own settings, and arguments it adds; exec, so the arguments are seen once only.
SCRIPT = 'if [ -r "$0" ]; then set -a; . "$0"; set +a; fi; exec pke "$@" $PKE_EXTRA_ARGS'


class PkeNode:
    def __init__(self, host: Host, config: dict[str, Any], api: NodeApi) -> None:
        self._host, self._config, self._api = host, config, api
        self._pke: dict[str, Any] = config["pke"]
        self._network = Network(host, config["nic"], float(config["poll_seconds"]))

    def become_ready(self, reporter: Reporter) -> None:
        with reporter.phase("kubernetes-runtime"):
            place = self._network.place()
            complete_proxies(self._host, self._config["proxy_drop_ins"], place.network)
            if self._config["keepalived"]:
                start_keepalived(self._host, self._api, place.interface)
        self._install(place.address)
        self._host.write(STATE + "ready", "")

    def _install(self, address: str) -> None:
        secrets = self._secrets()
        if self._pke["vsphere_conf"]:
            quoted = {name: json.dumps(value)[1:-1] for name, value in secrets.items()}
            self._host.write(VSPHERE_CONF, filled(self._pke["vsphere_conf"], **quoted))
        values = dict(secrets, address=address, token=self._config["api"]["token"])
        flags = [filled(flag, **values) for flag in self._pke["flags"]]
        role = self._config["node"]["role"]
        environment = dict(self._pke["environment"], PATH=os.environ["PATH"] + ":/usr/local/bin")
        command = ("sh", "-c", SCRIPT, self._host.path(RC), "install", role, *flags)
        hidden = [values["token"], secrets.get("vspherepassword", "")]
        try:
            self._host.run(*command, seconds=SECONDS, environment=environment, hidden=hidden)
        except Failure as failure:
            raise Failure(str(failure).replace("sh -c", f"pke install {role}", 1)) from failure

    def _secrets(self) -> dict[str, str]:
        """vCenter's account comes like the cluster's keys: to masters, and in no user-data."""
        if not self._pke["vsphere_conf"]:
            return {}
        values = self._api.certificates()
        return {name.lower(): values[name] for name in ("vsphereUser", "vspherePassword")}
