"""From rows to what planning takes: the wish, and the world as it is on record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from provisioner.domain.inventory import Resolved
from provisioner.domain.kinds import READERS
from provisioner.domain.nodes import Phase
from provisioner.domain.planning.wishes import Desired, Observed, Sight
from provisioner.domain.wanted import Wanted
from provisioner.store import nodes, placing, resources, tasks, vcenters
from provisioner.store.tables import Resource, VCenter


@dataclass(frozen=True)
class World:
    """One resource with everything that deciding about it takes. `vcenters`: by group."""

    resource: Resource
    vcenters: Mapping[str, VCenter]
    wanted: Wanted
    observed: Observed
    places: Mapping[str, Resolved]

    @property
    def desired(self) -> Desired:
        return self.wanted.desired


def load(session: Session, resource: Resource, now: datetime) -> World:
    wish = wanted(session, resource)
    around = placing.vcenters_of(session, resource, wish.groups)
    found = nodes.relevant(session, resource.id, resource.epoch, now)
    observed = Observed(
        now=now,
        nodes=tuple(map(nodes.facts, found)),
        tasks=tuple(tasks.of_resource(session, resource.id)),
        established=resource.established,
        served=resource.observed_generation > 0,
        sights={
            group: Sight(sick=vcenters.sickness(vcenter), watched_at=vcenter.watched_at)
            for group, vcenter in around.items()
        },
    )
    places: dict[str, Resolved] = {}
    if _may_grow(wish.desired, observed):
        places, rooms = placing.places_and_rooms(session, resource.id, around, wish.groups)
        observed = observed.model_copy(update={"rooms": rooms})
    return World(resource, around, wish, observed, places)


def wanted(session: Session, resource: Resource) -> Wanted:
    """As its kind reads the document of the present generation."""
    return READERS[resource.kind](
        resources.document(session, resource),
        generation=resource.generation,
        epoch=resource.epoch,
        deleting=resource.deletion_requested_at is not None,
    )


def _may_grow(desired: Desired, observed: Observed) -> bool:
    """Only then the inventory is needed, which is the costly part. A failing node counts."""
    if desired.deleting:
        return False
    if any(node.alive and desired.outdates(node) for node in observed.nodes):
        return True
    sound = [node for node in observed.nodes if node.phase is Phase.READY]
    ready = {wish.name: sum(n.group == wish.name for n in sound) for wish in desired.groups}
    return any(ready[wish.name] < wish.size for wish in desired.groups)
