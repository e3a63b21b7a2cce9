"""Pods: seeding them, and evicting them under disruption budgets."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from lab.guests.kubernetes.errors import ApiError
from lab.guests.kubernetes.objects import Object, ObjectStore
from lab.guests.kubernetes.resources import DISRUPTION_BUDGETS, NODES, PODS


@dataclass(frozen=True)
class SeedPod:
    """`owner` is the controller's kind; a ReplicaSet's pod comes back elsewhere when evicted."""

    namespace: str
    name: str
    node: str
    owner: str | None = "ReplicaSet"
    labels: dict[str, str] = field(default_factory=dict)
    mirror: bool = False

    def as_object(self) -> Object:
        metadata: dict[str, Any] = {"name": self.name, "labels": dict(self.labels)}
        if self.owner:
            metadata["ownerReferences"] = [_owner(self.owner, self.name)]
        if self.mirror:
            metadata["annotations"] = {"kubernetes.io/config.mirror": "static"}
        return {
            "metadata": metadata,
            "spec": {"nodeName": self.node, "containers": [{"name": "main", "image": "main"}]},
            "status": {"phase": "Running"},
        }


def evict(objects: ObjectStore, namespace: str, name: str) -> None:
    """Deletes the pod, or refuses with 429 as long as a disruption budget forbids it."""
    with objects.lock:
        pod = objects.get(PODS, namespace, name)
        _refuse_disruption(objects, pod)
        objects.delete(PODS, namespace, name)
        if _has_owner(pod, "ReplicaSet"):
            _make_replacement(objects, pod)


def delete_pods_of(objects: ObjectStore, node: str) -> None:
    """What Kubernetes' pod garbage collector does once a Node object is gone."""
    with objects.lock:
        for pod in objects.list(PODS):
            if pod["spec"].get("nodeName") == node:
                objects.delete(PODS, pod["metadata"]["namespace"], pod["metadata"]["name"])


def _owner(kind: str, name: str) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "name": name.rpartition("-")[0] or name,
        "uid": "00000000-0000-0000-0000-000000000000",
        "controller": True,
    }


def _has_owner(pod: Object, kind: str) -> bool:
    return any(owner["kind"] == kind for owner in pod["metadata"].get("ownerReferences", ()))


def _budgets_of(objects: ObjectStore, pod: Object) -> list[Object]:
    budgets = objects.list(DISRUPTION_BUDGETS, pod["metadata"]["namespace"])
    return [budget for budget in budgets if _selects(budget, pod)]


def _refuse_disruption(objects: ObjectStore, pod: Object) -> None:
    budgets = _budgets_of(objects, pod)
    if len(budgets) > 1:
        message = "This pod has more than one PodDisruptionBudget, which is not supported."
        raise ApiError(500, "InternalError", message)
    if any(_is_exhausted(objects, budget) for budget in budgets):
        message = "Cannot evict pod as it would violate the pod's disruption budget."
        raise ApiError(429, "TooManyRequests", message)


def _selects(budget: Object, pod: Object) -> bool:
    wanted: dict[str, str] = budget["spec"]["selector"]["matchLabels"]
    labels: dict[str, str] = pod["metadata"].get("labels", {})
    return wanted.items() <= labels.items()


def _is_exhausted(objects: ObjectStore, budget: Object) -> bool:
    pods = objects.list(PODS, budget["metadata"]["namespace"])
    healthy = [pod for pod in pods if _selects(budget, pod) and pod["status"]["phase"] == "Running"]
    return len(healthy) <= int(budget["spec"]["minAvailable"])


def _make_replacement(objects: ObjectStore, pod: Object) -> None:
    node = _schedulable_node(objects)
    stem = pod["metadata"]["name"].rpartition("-")[0] or pod["metadata"]["name"]
    metadata = pod["metadata"] | {"name": f"{stem}-{secrets.token_hex(3)}"}
    spec = {key: value for key, value in pod["spec"].items() if key != "nodeName"}
    body = {
        "metadata": metadata,
        "spec": spec | ({"nodeName": node} if node else {}),
        "status": {"phase": "Running" if node else "Pending"},
    }
    objects.create(PODS, pod["metadata"]["namespace"], body)


def _schedulable_node(objects: ObjectStore) -> str | None:
    for node in objects.list(NODES):
        if not node["spec"].get("unschedulable") and not node["spec"].get("taints"):
            return str(node["metadata"]["name"])
    return None
