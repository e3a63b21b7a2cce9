"""Empties a node by the Eviction API, so that disruption budgets have their say."""

import time
from collections.abc import Callable
from typing import Any

from kubernetes.client import CoreV1Api, V1Eviction, V1ObjectMeta
from kubernetes.client.exceptions import ApiException

from provisioner.kubernetes.client import EndpointClient
from provisioner.kubernetes.endpoints import Endpoints
from provisioner.kubernetes.errors import DrainBlocked

POLL_SECONDS = 1.0
MIRROR = "kubernetes.io/config.mirror"

_STOPPING = "is still stopping"
_REFUSALS = {
    404: _STOPPING,
    409: _STOPPING,
    429: "is kept by its disruption budget",
    500: "is kept by several disruption budgets",
}


class Drain:
    """One node's. A node that has no pods, or is gone, is drained."""

    def __init__(self, endpoints: Endpoints, node: str, poll_seconds: float = POLL_SECONDS) -> None:
        self._endpoints = endpoints
        self._node = node
        self._poll_seconds = poll_seconds

    def run(self, deadline_seconds: float, tick: Callable[[], None]) -> None:
        """Calls `tick` once a round; what it raises ends the drain. Raises DrainBlocked."""
        deadline = time.monotonic() + deadline_seconds
        while remaining := self._evict_all():
            tick()
            if time.monotonic() >= deadline:
                raise DrainBlocked(self._node, remaining)
            time.sleep(self._poll_seconds)

    def _evict_all(self) -> dict[str, str]:
        """Why each pod is still there, by `namespace/name`."""
        purpose = f"list the pods of node {self._node}"
        pods = self._endpoints.call(purpose, self._pods)
        return {
            f"{pod.metadata.namespace}/{pod.metadata.name}": self._evict(pod)
            for pod in pods
            if _must_go(pod)
        }

    def _pods(self, client: EndpointClient) -> list[Any]:
        selector = f"spec.nodeName={self._node}"
        pods: list[Any] = (
            CoreV1Api(client).list_pod_for_all_namespaces(field_selector=selector).items
        )
        return pods

    def _evict(self, pod: Any) -> str:
        if pod.metadata.deletion_timestamp:
            return _STOPPING
        name, namespace = pod.metadata.name, pod.metadata.namespace
        purpose = f"evict the pod {namespace}/{name}"
        return self._endpoints.call(purpose, lambda client: _evict(client, name, namespace))


def _evict(client: EndpointClient, name: str, namespace: str) -> str:
    body = V1Eviction(metadata=V1ObjectMeta(name=name, namespace=namespace))
    try:
        CoreV1Api(client).create_namespaced_pod_eviction(name, namespace, body)
    except ApiException as refusal:
        if refusal.status in _REFUSALS:
            return _REFUSALS[refusal.status]
        raise
    return _STOPPING


def _must_go(pod: Any) -> bool:
    """A DaemonSet's pod would come back; a mirror pod is the kubelet's own."""
    owners = pod.metadata.owner_references or ()
    if any(owner.kind == "DaemonSet" and owner.controller for owner in owners):
        return False
    return MIRROR not in (pod.metadata.annotations or {})
