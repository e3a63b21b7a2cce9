"""kubeadm on this machine."""

from __future__ import annotations

import time

from .failures import Failure
from .host import STATE, Host
from .waiting import Allowance, say

DISCOVERY = "/etc/pke-provisioner/discovery.conf"
KUBEADM_CONFIG = "/etc/pke-provisioner/kubeadm.yaml"
RESET_SECONDS = 300.0
# For how long a node that stopped answering may still count as Ready; its name is taken until then.
GRACE_POLLS = 30


class Kubeadm:
    """kubeadm, which must start from nothing: what an earlier run left is undone first."""

    def __init__(self, host: Host, poll_seconds: float) -> None:
        self._host = host
        self._grace = GRACE_POLLS * poll_seconds

    def check_version(self, wanted: str) -> None:
        found = self._host.run("kubeadm", "version", "-o", "short").strip().lstrip("v")
        if found.split(".")[:2] != wanted.split(".")[:2]:
            raise Failure(f"the template carries kubeadm {found}, not {wanted}")

    def done(self) -> bool:
        return self._host.exists(STATE + "kubeadm-done")

    def undo_unfinished(self) -> None:
        if self.done() or not self._host.exists(STATE + "kubeadm-started"):
            return
        action = self._host.read(STATE + "kubeadm-started")
        say(f"undoing the unfinished kubeadm {action}")
        self._host.run("kubeadm", "reset", "--force", seconds=RESET_SECONDS)
        if action == "join":
            time.sleep(self._grace)
        self._host.remove(STATE + "kubeadm-started")

    def run(self, action: str, documents: str, allowance: Allowance, *options: str) -> None:
        self._host.write(KUBEADM_CONFIG, documents)
        self._host.write(STATE + "kubeadm-started", action)
        command = ("kubeadm", action, "--config", self._host.path(KUBEADM_CONFIG), *options)
        self._host.run(*command, seconds=allowance.left())
        self._host.write(STATE + "kubeadm-done", action)
        self._host.remove(KUBEADM_CONFIG)
        self._host.remove(DISCOVERY)
