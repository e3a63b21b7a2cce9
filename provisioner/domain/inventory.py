"""A vCenter's inventory as last seen."""

from collections.abc import Iterable
from dataclasses import dataclass

from provisioner.domain.virtual_machines import InventoryObject, ObjectType

NETWORKS: tuple[ObjectType, ...] = ("Network", "DistributedVirtualPortgroup", "OpaqueNetwork")
COMPUTE: tuple[ObjectType, ...] = ("ClusterComputeResource", "ComputeResource")


@dataclass(frozen=True)
class Surroundings:
    """Where a VM can be made, whatever of; all of them objects that exist."""

    datacenter: InventoryObject
    folder: InventoryObject
    pool: InventoryObject
    storage: InventoryObject
    networks: tuple[InventoryObject, ...]


@dataclass(frozen=True)
class Resolved(Surroundings):
    """Everything a clone needs to know about where, and what of."""

    template: InventoryObject


class Inventory:
    def __init__(self, objects: Iterable[InventoryObject]) -> None:
        self.objects = tuple(objects)

    def find(self, types: tuple[ObjectType, ...], name: str, below: str) -> list[InventoryObject]:
        """Objects called `name` (or with that absolute path) whose path lies below `below`."""
        return [
            item
            for item in self.objects
            if item.type in types
            and (item.path == name if name.startswith("/") else item.name == name)
            and (item.path.startswith(below.rstrip("/") + "/") or item.path == below)
        ]

    def at(self, path: str) -> InventoryObject | None:
        return next((item for item in self.objects if item.path == path), None)

    def root_pool(self, compute: InventoryObject) -> InventoryObject | None:
        """The pool every cluster has; its parent is the cluster itself."""
        pools = (item for item in self.objects if item.type == "ResourcePool")
        return next((pool for pool in pools if pool.parent == compute.moref), None)
