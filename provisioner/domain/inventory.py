"""A vCenter's inventory as last seen, and what a placement's names stand for in it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from provisioner.domain.faults import Fault
from provisioner.domain.spec.placement import Placement
from provisioner.domain.virtual_machines import InventoryObject, ObjectType

NETWORKS: tuple[ObjectType, ...] = ("Network", "DistributedVirtualPortgroup", "OpaqueNetwork")
COMPUTE: tuple[ObjectType, ...] = ("ClusterComputeResource", "ComputeResource")


@dataclass(frozen=True)
class Resolved:
    """Everything a clone needs to know about where, as objects that exist."""

    datacenter: InventoryObject
    folder: InventoryObject
    pool: InventoryObject
    storage: InventoryObject
    template: InventoryObject
    networks: tuple[InventoryObject, ...]


class Inventory:
    def __init__(self, objects: Iterable[InventoryObject]) -> None:
        self.objects = tuple(objects)
        self._by_moref = {item.moref: item for item in self.objects}

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


@dataclass
class Resolver:
    """Resolves placements, noting a fault for each name that is not exactly one object."""

    inventory: Inventory
    root_folder: str
    faults: list[Fault] = field(default_factory=list)

    def resolve(
        self, placement: Placement, template: str, paths: tuple[str, str]
    ) -> Resolved | None:
        """None when there were faults. `paths`: of the placement and of the template's field."""
        at, template_at = paths
        centers = self._one(("Datacenter",), placement.datacenter, "/", f"{at}.datacenter")
        if centers is None:
            return None
        below = centers.path
        folder = self._folder(placement.folder, f"{at}.folder")
        pool = self._pool(placement, below, at)
        storage = self._storage(placement, below, at)
        source = self._template(template, below, template_at)
        networks = [
            self._one(NETWORKS, network.name, below, f"{at}.networks.{index}.name")
            for index, network in enumerate(placement.networks)
        ]
        if folder and pool and storage and source and all(networks):
            found = tuple(network for network in networks if network)
            return Resolved(centers, folder, pool, storage, source, found)
        return None

    def _folder(self, name: str | None, path: str) -> InventoryObject | None:
        if name is None:
            found = self.inventory.at(self.root_folder)
            if found is None:
                self.faults.append(Fault(path, f"the root folder {self.root_folder} is missing"))
            return found
        return self._one(("Folder",), name, self.root_folder, path)

    def _pool(self, placement: Placement, below: str, at: str) -> InventoryObject | None:
        if placement.resource_pool:
            return self._one(
                ("ResourcePool",), placement.resource_pool, below, f"{at}.resourcePool"
            )
        if not placement.cluster:
            return None
        compute = self._one(COMPUTE, placement.cluster, below, f"{at}.cluster")
        return self.inventory.root_pool(compute) if compute else None

    def _storage(self, placement: Placement, below: str, at: str) -> InventoryObject | None:
        if placement.datastore:
            return self._one(("Datastore",), placement.datastore, below, f"{at}.datastore")
        if placement.datastore_cluster:
            path = f"{at}.datastoreCluster"
            return self._one(("StoragePod",), placement.datastore_cluster, below, path)
        return None

    def _template(self, name: str, below: str, path: str) -> InventoryObject | None:
        found = self._one(("VirtualMachine",), name, below, path)
        if found and not found.is_template:
            self.faults.append(Fault(path, f"{found.path} is a VM, not a template"))
            return None
        return found

    def _one(
        self, types: tuple[ObjectType, ...], name: str, below: str, path: str
    ) -> InventoryObject | None:
        found = self.inventory.find(types, name, below)
        if len(found) == 1:
            return found[0]
        if found:
            paths = ", ".join(sorted(item.path for item in found))
            self.faults.append(Fault(path, f"{name!r} is ambiguous; write one of {paths}"))
        else:
            self.faults.append(Fault(path, f"no {_what(types)} {name!r}{self._near(types, below)}"))
        return None

    def _near(self, types: tuple[ObjectType, ...], below: str) -> str:
        names = sorted(self._names(types, below))
        shown = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
        return f" below {below}; there are: {shown}" if names else f" below {below}"

    def _names(self, types: tuple[ObjectType, ...], below: str) -> Iterator[str]:
        for item in self.inventory.objects:
            usable = item.type != "VirtualMachine" or item.is_template
            if item.type in types and usable and item.path.startswith(below.rstrip("/") + "/"):
                yield item.name


def _what(types: tuple[ObjectType, ...]) -> str:
    names = {"VirtualMachine": "template", "StoragePod": "datastore cluster"}
    names |= {"ResourcePool": "resource pool", "ClusterComputeResource": "cluster"}
    return names.get(types[0], types[0].lower())
