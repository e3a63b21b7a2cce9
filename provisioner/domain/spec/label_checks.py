"""Node labels that a kubelet may give itself.

Kubernetes reserves its own namespaces; the NodeRestriction admission plugin allows a node to set
only a few labels in them (kubernetes.io, "Using Admission Controllers", NodeRestriction).
"""

from collections.abc import Iterator

from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import ClusterSpec

_RESERVED = ("kubernetes.io", "k8s.io")
_ALLOWED_NAMESPACES = ("kubelet.kubernetes.io", "node.kubernetes.io")
_ALLOWED_KEYS = (
    "kubernetes.io/arch",
    "kubernetes.io/hostname",
    "kubernetes.io/os",
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
)


def check_labels(spec: ClusterSpec) -> Iterator[Fault]:
    for index, pool in enumerate(spec.node_pools):
        for key in pool.labels:
            if _is_refused(key):
                advice = "is reserved by Kubernetes, and nodes may not set it; use your own domain"
                yield Fault(f"nodePools.{index}.labels.{key}", advice)


def _is_refused(key: str) -> bool:
    namespace, _, _ = key.rpartition("/")
    if not namespace or key in _ALLOWED_KEYS:
        return False
    if any(_within(namespace, allowed) for allowed in _ALLOWED_NAMESPACES):
        return False
    return any(_within(namespace, reserved) for reserved in _RESERVED)


def _within(namespace: str, domain: str) -> bool:
    return namespace == domain or namespace.endswith(f".{domain}")
