"""DaemonSets and Deployments: as if all their pods ran, since no kubelet is behind this API."""

from collections.abc import Iterator

from lab.guests.kubernetes.objects import Object
from lab.guests.kubernetes.resources import DAEMON_SETS, DEPLOYMENTS, Resource

_COREDNS = "registry.k8s.io/coredns/coredns:v1.13.1"


def of_kubeadm(version: str) -> Iterator[tuple[Resource, Object]]:
    """What `kubeadm init` installs."""
    yield DAEMON_SETS, _workload("kube-proxy", f"registry.k8s.io/kube-proxy:{version}")
    yield DEPLOYMENTS, _workload("coredns", _COREDNS, replicas=2)


def with_status(resource: Resource, found: Object, nodes: int) -> Object:
    """The object as its controller would have left it."""
    if resource == DAEMON_SETS:
        names = ("desiredNumberScheduled", "updatedNumberScheduled", "numberAvailable")
        return found | {"status": dict.fromkeys(names, nodes) | found.get("status", {})}
    if resource == DEPLOYMENTS:
        names = ("replicas", "updatedReplicas", "availableReplicas")
        replicas = found["spec"].get("replicas", 1)
        return found | {"status": dict.fromkeys(names, replicas) | found.get("status", {})}
    return found


def _workload(name: str, image: str, **spec: int) -> Object:
    labels = {"k8s-app": name}
    pod = {"containers": [{"name": name, "image": image}]}
    template = {"metadata": {"labels": labels}, "spec": pod}
    return {
        "metadata": {"name": name},
        "spec": {"selector": {"matchLabels": labels}, "template": template, **spec},
    }
