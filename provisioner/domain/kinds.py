"""The kinds of resources made of VMs, by how their documents are read."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from provisioner.domain import clusters, etcd_clusters, images, load_balancers
from provisioner.domain.wanted import Wanted


class Reader(Protocol):
    def __call__(
        self, document: Mapping[str, Any], *, generation: int, epoch: int, deleting: bool
    ) -> Wanted:
        """`document` was accepted when it was recorded."""


READERS: dict[str, Reader] = {
    clusters.KIND: clusters.read,
    etcd_clusters.KIND: etcd_clusters.read,
    images.KIND: images.read,
    load_balancers.KIND: load_balancers.read,
}

# What a group's nodes are, in the words of their tokens.
_ROLES: dict[str, Callable[[str], str]] = {
    clusters.KIND: clusters.role,
    etcd_clusters.KIND: lambda _: etcd_clusters.ROLE,
    load_balancers.KIND: lambda _: load_balancers.ROLE,
}


def role(kind: str, group: str) -> str:
    return _ROLES[kind](group)
