"""From rows to what planning takes: the wish, and the world as it is on record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from provisioner.domain.addresses import free
from provisioner.domain.clusters import desired as cluster_desired
from provisioner.domain.faults import Fault
from provisioner.domain.inventory import Inventory, Resolved
from provisioner.domain.nodes import Phase
from provisioner.domain.planning.wishes import Desired, Observed, Room
from provisioner.domain.resolving import Resolver, Wish
from provisioner.domain.spec.cluster import CONTROL_PLANE, ClusterSpec, ControlPlane, NodePool
from provisioner.store import inventory, leases, nodes, resources, tasks
from provisioner.store.tables import Resource, VCenter


@dataclass(frozen=True)
class World:
    """One resource with everything that deciding about it takes."""

    resource: Resource
    vcenter: VCenter
    spec: ClusterSpec
    desired: Desired
    observed: Observed
    places: Mapping[str, Resolved]


def load(session: Session, resource: Resource, now: datetime) -> World:
    spec = spec_of(session, resource)
    vcenter = resources.vcenter_of(session, resource)
    desired = cluster_desired(
        spec,
        generation=resource.generation,
        epoch=resource.epoch,
        deleting=resource.deletion_requested_at is not None,
    )
    observed = Observed(
        now=now,
        nodes=tuple(map(nodes.facts, nodes.relevant(session, resource.id, resource.epoch))),
        tasks=tuple(tasks.of_resource(session, resource.id)),
        established=resource.established,
        served=resource.observed_generation > 0,
    )
    places: dict[str, Resolved] = {}
    if _may_grow(desired, observed):
        places, faults = resolve(spec, inventory.load(session, vcenter.id), vcenter.root_folder)
        rooms = _rooms(session, spec, vcenter, places, faults)
        observed = observed.model_copy(update={"rooms": rooms})
    return World(resource, vcenter, spec, desired, observed, places)


def _may_grow(desired: Desired, observed: Observed) -> bool:
    """Only then the inventory is needed, which is the costly part. A failing node counts."""
    if desired.deleting:
        return False
    sound = [node for node in observed.nodes if node.phase is Phase.READY]
    ready = {wish.name: sum(n.group == wish.name for n in sound) for wish in desired.groups}
    return any(ready[wish.name] < wish.size for wish in desired.groups)


def spec_of(session: Session, resource: Resource) -> ClusterSpec:
    return ClusterSpec.model_validate(resources.document(session, resource))


def resolve(
    spec: ClusterSpec, known: Inventory, root_folder: str
) -> tuple[dict[str, Resolved], list[Fault]]:
    """Each group's place in the vCenter; the faults name the fields of those that have none."""
    resolver = Resolver(known, root_folder)
    places: dict[str, Resolved] = {}
    for path, group in spec.paths():
        wish = Wish(path, group.template, spec.placement, group.placement)
        if place := resolver.resolve(wish):
            name = group.name if isinstance(group, NodePool) else CONTROL_PLANE
            places.setdefault(name, place)
    return places, sorted(set(resolver.faults))


def network_domain(vcenter: VCenter, place: Resolved, nic: int = 0) -> str:
    return leases.l2_domain(vcenter.instance_uuid or vcenter.id, place.networks[nic].moref)


def _rooms(
    session: Session,
    spec: ClusterSpec,
    vcenter: VCenter,
    places: Mapping[str, Resolved],
    faults: list[Fault],
) -> dict[str, Room]:
    missing = "; ".join(f"{fault.path}: {fault.message}" for fault in faults)
    rooms = {name: Room(free=0, reason=missing) for name in spec.groups() if name not in places}
    for name, place in places.items():
        group = spec.machine(name)
        if group.addresses:
            domain = network_domain(vcenter, place)
            rooms[name] = _room(group, leases.taken_addresses(session, domain))
    return rooms


def _room(group: ControlPlane | NodePool, taken: Iterable[str]) -> Room:
    ranges = group.addresses.ranges if group.addresses else ()
    reason = "addresses.ranges has no free address; scale down, or add another pool with its own"
    return Room(free=free(ranges, taken), reason=reason)
