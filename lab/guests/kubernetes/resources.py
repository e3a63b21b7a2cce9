"""The kinds this API serves. A further one is a line here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Resource:
    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool

    @property
    def group_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version


NAMESPACES = Resource("", "v1", "namespaces", "Namespace", namespaced=False)
NODES = Resource("", "v1", "nodes", "Node", namespaced=False)
PODS = Resource("", "v1", "pods", "Pod", namespaced=True)
SECRETS = Resource("", "v1", "secrets", "Secret", namespaced=True)
DISRUPTION_BUDGETS = Resource(
    "policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", namespaced=True
)
ADDRESS_POOLS = Resource(
    "metallb.io", "v1beta1", "ipaddresspools", "IPAddressPool", namespaced=True
)
L2_ADVERTISEMENTS = Resource(
    "metallb.io", "v1beta1", "l2advertisements", "L2Advertisement", namespaced=True
)

RESOURCES = (
    NAMESPACES,
    NODES,
    PODS,
    SECRETS,
    DISRUPTION_BUDGETS,
    ADDRESS_POOLS,
    L2_ADVERTISEMENTS,
)


def find(group_version: str, plural: str) -> Resource | None:
    for resource in RESOURCES:
        if (resource.group_version, resource.plural) == (group_version, plural):
            return resource
    return None
