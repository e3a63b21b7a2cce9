"""What the names of a placement stand for in a vCenter's inventory."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic.alias_generators import to_camel

from provisioner.domain.faults import Fault
from provisioner.domain.inventory import (
    COMPUTE,
    NETWORKS,
    Inventory,
    Resolved,
    Surroundings,
)
from provisioner.domain.spec.placement import Placement, PlacementOverride
from provisioner.domain.virtual_machines import InventoryObject, ObjectType

# Where things are looked for when their datacenter is not known.
ANYWHERE = ""


@dataclass(frozen=True)
class Wish:
    """What a group asks for, and where its user wrote it. `group`: its field's path, empty for a
    whole document. `template`: None while nothing tells it, which is no fault of the placement.
    """

    group: str
    template: str | None
    placement: Placement
    override: PlacementOverride | None = None
    disk_gib: int | None = None

    def effective(self) -> Placement:
        return self.placement.overlaid(self.override)

    @property
    def template_path(self) -> str:
        return self._own("template")

    @property
    def disk_path(self) -> str:
        return self._own("diskGiB")

    def path(self, name: str) -> str:
        """Of a placement's field."""
        own = self.override is not None and getattr(self.override, name, None) is not None
        return f"{self.group}.placement.{to_camel(name)}" if own else f"placement.{to_camel(name)}"

    def _own(self, name: str) -> str:
        return f"{self.group}.{name}" if self.group else name


@dataclass
class Resolver:
    """Resolves placements, noting a fault for each name that is not exactly one object."""

    inventory: Inventory
    root_folder: str
    faults: list[Fault] = field(default_factory=list)

    def resolve(self, wish: Wish) -> Resolved | None:
        """None when there were faults, or there is no template."""
        around = self.surroundings(wish)
        source = self.template(wish)
        return Resolved(**vars(around), template=source) if around and source else None

    def surroundings(self, wish: Wish) -> Surroundings | None:
        """Whatever the template. None when there were faults."""
        placement = wish.effective()
        center = self._one(("Datacenter",), placement.datacenter, "/", wish.path("datacenter"))
        below = center.path if center else ANYWHERE
        folder = self._folder(wish, placement, below)
        pool = self._pool(wish, placement, below)
        storage = self._storage(wish, placement, below)
        networks = [
            self._one(NETWORKS, network.name, below, f"{wish.path('networks')}.{index}.name")
            for index, network in enumerate(placement.networks)
        ]
        if center and folder and pool and storage and all(networks):
            found = tuple(network for network in networks if network)
            return Surroundings(center, folder, pool, storage, found)
        return None

    def template(self, wish: Wish) -> InventoryObject | None:
        """None when there were faults, or there is none."""
        found = self._template(wish.template, self._below(wish), wish.template_path)
        if found and found.disk_gib and wish.disk_gib and wish.disk_gib < found.disk_gib:
            has = f"is less than the {found.disk_gib} GiB of template {found.name}"
            advice = f"{has}, and disks only grow; give as much at least, or leave it out"
            self.faults.append(Fault(wish.disk_path, advice, (wish.disk_path, wish.template_path)))
            return None
        return found

    def datastore(self, wish: Wish, name: str, path: str) -> InventoryObject | None:
        """One beside the placement's own, in the same datacenter; `path` is the field's."""
        return self._one(("Datastore",), name, self._below(wish), path)

    def _below(self, wish: Wish) -> str:
        centers = self.inventory.find(("Datacenter",), wish.effective().datacenter, "/")
        return centers[0].path if len(centers) == 1 else ANYWHERE

    def _folder(self, wish: Wish, placement: Placement, below: str) -> InventoryObject | None:
        root, path = self.inventory.at(self.root_folder), wish.path("folder")
        if root is None:
            return self._fault(path, f"the root folder {self.root_folder} is missing")
        if not _lies_below(root, below):
            advice = f"the vCenter's root folder {root.path} lies in another datacenter"
            return self._fault(wish.path("datacenter"), advice)
        if placement.folder is None:
            return root
        return self._one(("Folder",), placement.folder, root.path, path)

    def _pool(self, wish: Wish, placement: Placement, below: str) -> InventoryObject | None:
        if placement.resource_pool:
            path = wish.path("resource_pool")
            return self._one(("ResourcePool",), placement.resource_pool, below, path)
        if not placement.cluster:
            return None
        path = wish.path("cluster")
        compute = self._one(COMPUTE, placement.cluster, below, path)
        if compute is None:
            return None
        root = self.inventory.root_pool(compute)
        return root or self._fault(path, f"{compute.path} shows no resource pool")

    def _storage(self, wish: Wish, placement: Placement, below: str) -> InventoryObject | None:
        if placement.datastore:
            return self._one(("Datastore",), placement.datastore, below, wish.path("datastore"))
        if placement.datastore_cluster:
            path = wish.path("datastore_cluster")
            return self._one(("StoragePod",), placement.datastore_cluster, below, path)
        return None

    def _template(self, name: str | None, below: str, path: str) -> InventoryObject | None:
        if name is None:
            return None
        found = self._one(("VirtualMachine",), name, below, path)
        if found and not found.is_template:
            return self._fault(path, f"{found.path} is a VM, not a template")
        return found

    def _one(
        self, types: tuple[ObjectType, ...], name: str, below: str, path: str
    ) -> InventoryObject | None:
        found = self.inventory.find(types, name, below)
        # Of which datacenter can't be told while that is a fault itself.
        if len(found) == 1 or (found and below == ANYWHERE and types != ("Datacenter",)):
            return found[0]
        if not found:
            return self._fault(path, f"no {_what(types)} {name!r}{self._near(types, below)}")
        paths = ", ".join(sorted(item.path for item in found))
        return self._fault(path, f"{name!r} is ambiguous; write one of {paths}")

    def _fault(self, path: str, advice: str) -> InventoryObject | None:
        """Notes it; the answer is what is found then: nothing."""
        self.faults.append(Fault(path, advice))
        return None

    def _near(self, types: tuple[ObjectType, ...], below: str) -> str:
        names, below = sorted(set(self._names(types, below))), below or "/"
        shown = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
        return f" below {below}; there are: {shown}" if names else f" below {below}"

    def _names(self, types: tuple[ObjectType, ...], below: str) -> Iterator[str]:
        for item in self.inventory.objects:
            usable = item.type != "VirtualMachine" or item.is_template
            if item.type in types and usable and _lies_below(item, below):
                yield item.name


def _lies_below(item: InventoryObject, path: str) -> bool:
    return item.path.startswith(path.rstrip("/") + "/")


def _what(types: tuple[ObjectType, ...]) -> str:
    names = {"VirtualMachine": "template", "StoragePod": "datastore cluster"}
    names |= {"ResourcePool": "resource pool", "ClusterComputeResource": "cluster"}
    return names.get(types[0], types[0].lower())
