"""Where a resource's groups go in its vCenter, and how many more VMs fit there."""

import functools
from collections.abc import Callable, Iterable, Mapping

from sqlalchemy.orm import Session

from provisioner.domain.addresses import free
from provisioner.domain.faults import Fault
from provisioner.domain.inventory import Inventory, Resolved
from provisioner.domain.planning.wishes import Room
from provisioner.domain.resolving import Resolver, Wish
from provisioner.domain.virtual_machines import InventoryObject
from provisioner.domain.wanted import GroupShape
from provisioner.store import inventory, leases, resources, vcenters
from provisioner.store.tables import Resource, VCenter

InUse = Callable[[str], set[str]]

_RANGES_TAKEN = (
    "addresses.ranges has no free address; one is free again when the VM that has it is gone; "
    "a pool can be scaled down, or another one be added with addresses of its own"
)
_OWN_TAKEN = "its address is free again when the VM that has it is gone"


def resolve(
    shapes: Iterable[GroupShape], known: Inventory, root_folder: str
) -> tuple[dict[str, Resolved], list[Fault]]:
    """Each group's place in the vCenter; the faults name the fields of those that have none."""
    resolver = Resolver(known, root_folder)
    places: dict[str, Resolved] = {}
    for shape in shapes:
        machine = shape.machine
        wish = Wish(
            shape.path, machine.template, shape.placement, machine.placement, machine.disk_gib
        )
        if place := resolver.resolve(wish):
            places.setdefault(shape.name, place)
    return places, sorted(set(resolver.faults))


def vcenters_of(
    session: Session, resource: Resource, groups: Mapping[str, GroupShape]
) -> dict[str, VCenter]:
    """Where each group's VMs are. Raises NotFound."""
    own = resources.vcenter_of(session, resource)
    named = {shape.vcenter for shape in groups.values() if shape.vcenter}
    known = {name: vcenters.find(session, resource.org_id, name) for name in named}
    return {name: known[shape.vcenter] if shape.vcenter else own for name, shape in groups.items()}


def network_domain(vcenter: VCenter, place: Resolved, nic: int = 0) -> str:
    return domain_of(vcenter, place.networks[nic])


def domain_of(vcenter: VCenter, network: InventoryObject) -> str:
    return leases.l2_domain(vcenter.instance_uuid or vcenter.id, network.moref)


def places_and_rooms(
    session: Session,
    resource_id: str,
    where: Mapping[str, VCenter],
    groups: Mapping[str, GroupShape],
) -> tuple[dict[str, Resolved], dict[str, Room]]:
    """Reads whole inventories; `where` each group is. There is no room where there is no place."""
    places: dict[str, Resolved] = {}
    rooms: dict[str, Room] = {}
    in_use = functools.partial(leases.addresses_in_use, session, resource_id)
    for vcenter in {one.id: one for one in where.values()}.values():
        shapes = [shape for name, shape in groups.items() if where[name].id == vcenter.id]
        known = inventory.load(session, vcenter.id)
        found, faults = resolve(shapes, known, vcenter.root_folder)
        missing = "; ".join(f"{fault.path}: {fault.message}" for fault in faults)
        for shape in shapes:
            place = found.get(shape.name)
            room = _room(in_use, vcenter, place, shape) if place else _none(missing)
            rooms |= {shape.name: room} if room else {}
        places |= found
    return places, rooms


def _room(in_use: InUse, vcenter: VCenter, place: Resolved, shape: GroupShape) -> Room | None:
    """None: without limit."""
    rooms = []
    for nic in range(len(place.networks)):
        if pool := shape.pool(nic):
            left = free(pool.ranges, in_use(network_domain(vcenter, place, nic)))
            rooms.append(Room(free=left, reason=_OWN_TAKEN if shape.addresses else _RANGES_TAKEN))
    return min(rooms, key=lambda room: room.free, default=None)


def _none(reason: str) -> Room:
    return Room(free=0, reason=reason, nowhere=True)
