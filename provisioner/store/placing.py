"""Where a resource's groups go in its vCenter, and how many more VMs fit there."""

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from provisioner.domain.addresses import free
from provisioner.domain.faults import Fault
from provisioner.domain.inventory import Inventory, Resolved
from provisioner.domain.planning.wishes import Room
from provisioner.domain.resolving import Resolver, Wish
from provisioner.domain.spec.placement import AddressPool
from provisioner.domain.wanted import GroupShape
from provisioner.store import inventory, leases
from provisioner.store.tables import VCenter


def resolve(
    shapes: Iterable[GroupShape], known: Inventory, root_folder: str
) -> tuple[dict[str, Resolved], list[Fault]]:
    """Each group's place in the vCenter; the faults name the fields of those that have none."""
    resolver = Resolver(known, root_folder)
    places: dict[str, Resolved] = {}
    for shape in shapes:
        machine = shape.machine
        wish = Wish(shape.path, machine.template, shape.placement, machine.placement)
        if place := resolver.resolve(wish):
            places.setdefault(shape.name, place)
    return places, sorted(set(resolver.faults))


def network_domain(vcenter: VCenter, place: Resolved, nic: int = 0) -> str:
    return leases.l2_domain(vcenter.instance_uuid or vcenter.id, place.networks[nic].moref)


def places_and_rooms(
    session: Session, vcenter: VCenter, groups: Mapping[str, GroupShape]
) -> tuple[dict[str, Resolved], dict[str, Room]]:
    """Reads the whole inventory. There is no room where there is no place."""
    known = inventory.load(session, vcenter.id)
    places, faults = resolve(groups.values(), known, vcenter.root_folder)
    missing = "; ".join(f"{fault.path}: {fault.message}" for fault in faults)
    rooms = {name: Room(free=0, reason=missing) for name in groups if name not in places}
    for name, place in places.items():
        if pool := groups[name].machine.addresses:
            domain = network_domain(vcenter, place)
            rooms[name] = _room(pool, leases.taken_addresses(session, domain))
    return places, rooms


def _room(pool: AddressPool, taken: Iterable[str]) -> Room:
    reason = "addresses.ranges has no free address; scale down, or add another pool with its own"
    return Room(free=free(pool.ranges, taken), reason=reason)
