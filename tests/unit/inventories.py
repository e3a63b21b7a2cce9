"""A vCenter's inventory: two datacenters with equal names inside, as large companies have them."""

from collections.abc import Iterator
from typing import Any

from provisioner.domain.inventory import Inventory
from provisioner.domain.virtual_machines import InventoryObject

ROOT = "/DC1/vm/kubernetes"


def objects() -> list[InventoryObject]:
    return [*_datacenter("DC1"), *_datacenter("DC2")]


def inventory(*more: InventoryObject, without: str | None = None) -> Inventory:
    """`without`: the path of an object that is not there."""
    return Inventory([one for one in (*objects(), *more) if one.path != without])


def thing(kind: str, path: str, **facts: Any) -> InventoryObject:
    name = path.rsplit("/", 1)[-1]
    given = {"moref": f"{kind}:{path}", "type": kind, "name": name, "path": path} | facts
    return InventoryObject.model_validate(given)


def template(path: str) -> InventoryObject:
    return thing("VirtualMachine", path, is_template=True, disk_gib=20)


def _datacenter(name: str) -> Iterator[InventoryObject]:
    at = f"/{name}"
    yield thing("Datacenter", at)
    for folder in ("kubernetes", "kubernetes/masters", "templates"):
        yield thing("Folder", f"{at}/vm/{folder}")
    for compute in ("compute-1", "compute-2"):
        yield from _compute(f"{at}/host/{compute}")
    yield thing("StoragePod", f"{at}/datastore/storage")
    yield thing("Datastore", f"{at}/datastore/storage/fast-1")
    yield thing("Datastore", f"{at}/datastore/local-1")
    yield thing("Network", f"{at}/network/VM Network")
    yield thing("DistributedVirtualPortgroup", f"{at}/network/nodes")
    yield template(f"{at}/vm/templates/debian-12-node")
    yield thing("VirtualMachine", f"{at}/vm/templates/database")


def _compute(path: str) -> Iterator[InventoryObject]:
    compute = thing("ClusterComputeResource", path)
    yield compute
    root = thing("ResourcePool", f"{path}/Resources", parent=compute.moref, owner=compute.moref)
    yield root
    yield thing("ResourcePool", f"{path}/Resources/kubernetes", parent=root.moref)
