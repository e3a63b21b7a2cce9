"""The state of one cluster: what its etcd and its controllers would hold."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lab.guests.kubernetes import pods, tokens, workloads
from lab.guests.kubernetes.objects import Object, ObjectStore
from lab.guests.kubernetes.pods import SeedPod
from lab.guests.kubernetes.resources import DISRUPTION_BUDGETS, NAMESPACES, NODES, PODS, SECRETS


class InMemoryCluster:
    """Safe for several threads; any number of servers may serve one state.

    `requests` counts by method and resource, such as `GET nodes`.
    """

    def __init__(self, version: str = "v1.36.4") -> None:
        self.version = version
        self.objects = ObjectStore()
        self.requests: Counter[str] = Counter()
        for name in ("default", "kube-system"):
            self.objects.create(NAMESPACES, "", {"metadata": {"name": name}})
        for resource, body in workloads.of_kubeadm(version):
            self.objects.create(resource, "kube-system", body)

    def add_node(
        self,
        name: str,
        addresses: Sequence[str] = (),
        labels: Mapping[str, str] | None = None,
        taints: Sequence[Mapping[str, str]] = (),
        ready: bool = True,
    ) -> None:
        """Registers the node, or brings its status up to date as a restarted kubelet does."""
        status = _node_status(name, addresses, ready, self.version)
        with self.objects.lock:
            if self.objects.find(NODES, "", name) is None:
                metadata = {"name": name, "labels": dict(labels or {})}
                spec = {"taints": [dict(taint) for taint in taints]} if taints else {}
                self.objects.create(NODES, "", {"metadata": metadata, "spec": spec})
            self.objects.change(NODES, "", name, lambda node: node | {"status": status})

    def set_ready(self, name: str, ready: bool) -> None:
        def edit(node: Object) -> Object:
            return node | {"status": node["status"] | {"conditions": [_ready_condition(ready)]}}

        self.objects.change(NODES, "", name, edit)

    def remove_node(self, name: str) -> None:
        """Deletes the Node and its pods. Gone already is success."""
        with self.objects.lock:
            if self.objects.find(NODES, "", name):
                self.objects.delete(NODES, "", name)
            pods.delete_pods_of(self.objects, name)

    def node_names(self) -> list[str]:
        return [node["metadata"]["name"] for node in self.objects.list(NODES)]

    def add_pod(self, pod: SeedPod) -> None:
        self.objects.create(PODS, pod.namespace, pod.as_object())

    def pod_names(self, node: str | None = None) -> list[str]:
        found = self.objects.list(PODS)
        return [
            pod["metadata"]["name"]
            for pod in found
            if node is None or pod["spec"].get("nodeName") == node
        ]

    def set_disruption_budget(
        self, namespace: str, name: str, match_labels: Mapping[str, str], min_available: int
    ) -> None:
        spec = {"selector": {"matchLabels": dict(match_labels)}, "minAvailable": min_available}
        with self.objects.lock:
            if self.objects.find(DISRUPTION_BUDGETS, namespace, name):
                self.objects.delete(DISRUPTION_BUDGETS, namespace, name)
            body = {"metadata": {"name": name}, "spec": spec}
            self.objects.create(DISRUPTION_BUDGETS, namespace, body)

    def add_bootstrap_token(self, token: str, expires_at: datetime) -> None:
        """What kubeadm init does with the tokens of its configuration; repeating is harmless."""
        body = tokens.token_secret(token, expires_at)
        with self.objects.lock:
            if not self.objects.find(SECRETS, tokens.NAMESPACE, body["metadata"]["name"]):
                self.objects.create(SECRETS, tokens.NAMESPACE, body)

    def accepts_token(self, token: str) -> bool:
        """Whether `id.secret` is a bootstrap token in force."""
        return tokens.accepts(self.objects, token, datetime.now(UTC))


def _ready_condition(ready: bool) -> dict[str, str]:
    return {"type": "Ready", "status": "True" if ready else "False", "reason": "Kubelet"}


def _node_status(name: str, addresses: Sequence[str], ready: bool, version: str) -> dict[str, Any]:
    internal = [{"type": "InternalIP", "address": address} for address in addresses]
    return {
        "conditions": [_ready_condition(ready)],
        "addresses": [*internal, {"type": "Hostname", "address": name}],
        "nodeInfo": _node_info(version),
    }


def _node_info(version: str) -> dict[str, str]:
    unknown = ("machineID", "systemUUID", "bootID", "kernelVersion", "osImage")
    known = {
        "containerRuntimeVersion": "containerd://2.2.0",
        "kubeletVersion": version,
        "kubeProxyVersion": version,
        "operatingSystem": "linux",
        "architecture": "amd64",
    }
    return dict.fromkeys(unknown, "") | known
