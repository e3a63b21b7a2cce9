"""A small vCenter inventory, as a watch would have recorded it."""

from provisioner.domain.virtual_machines import InventoryObject, WatchBatch

ROOT = "/DC1/vm/kubernetes"
_OBJECTS = (
    ("dc-1", "Datacenter", "/DC1", None),
    ("folder-1", "Folder", "/DC1/vm", "dc-1"),
    ("folder-2", "Folder", "/DC1/vm/templates", "folder-1"),
    ("folder-3", "Folder", ROOT, "folder-1"),
    ("folder-4", "Folder", f"{ROOT}/special", "folder-3"),
    ("cluster-1", "ClusterComputeResource", "/DC1/host/compute-1", "dc-1"),
    ("cluster-2", "ClusterComputeResource", "/DC1/host/compute-2", "dc-1"),
    ("pool-1", "ResourcePool", "/DC1/host/compute-1/Resources", "cluster-1"),
    ("pool-2", "ResourcePool", "/DC1/host/compute-2/Resources", "cluster-2"),
    ("pool-3", "ResourcePool", "/DC1/host/compute-1/Resources/production", "pool-1"),
    ("pool-4", "ResourcePool", "/DC1/host/compute-2/Resources/production", "pool-2"),
    ("datastore-1", "Datastore", "/DC1/datastore/local-1", "dc-1"),
    ("datastore-2", "Datastore", "/DC1/datastore/local-2", "dc-1"),
    ("pod-1", "StoragePod", "/DC1/datastore/storage", "dc-1"),
    ("network-1", "DistributedVirtualPortgroup", "/DC1/network/nodes", "dc-1"),
    ("network-2", "DistributedVirtualPortgroup", "/DC1/network/others", "dc-1"),
    ("vm-1", "VirtualMachine", "/DC1/vm/templates/debian-12-node", "folder-2"),
    ("vm-2", "VirtualMachine", "/DC1/vm/templates/a-plain-vm", "folder-2"),
)


def batch() -> WatchBatch:
    objects = (
        InventoryObject.model_validate(
            {
                "moref": moref,
                "type": kind,
                "name": path.rpartition("/")[2],
                "path": path,
                "parent": parent,
                "is_template": moref == "vm-1",
                "disk_gib": 20 if moref == "vm-1" else None,
            }
        )
        for moref, kind, path, parent in _OBJECTS
    )
    return WatchBatch(full=True, objects=tuple(objects))
