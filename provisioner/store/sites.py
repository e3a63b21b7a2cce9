"""Where a resource to be goes: its vCenter, and the places its groups name there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.inventory import Resolved
from provisioner.domain.wanted import GroupShape
from provisioner.store import image_uses, inventory, placing, vcenters
from provisioner.store.errors import NotFound
from provisioner.store.tables import Resource, VCenter


@dataclass(frozen=True)
class Site:
    """Where a resource is to be. `places` lacks the groups that `faults` tell about."""

    vcenter: VCenter
    places: Mapping[str, Resolved]
    faults: tuple[Fault, ...] = ()

    def domain(self, group: str) -> str | None:
        """The L2 network of the group's first NIC, which is the one the resource uses."""
        place = self.places.get(group)
        return placing.network_domain(self.vcenter, place) if place else None


def find_site(session: Session, org_id: int, vcenter: str, shapes: Iterable[GroupShape]) -> Site:
    """`vcenter`: its name. Raises InvalidRequest when the vCenter itself is the fault."""
    row = find_vcenter(session, org_id, vcenter)
    known = inventory.load(session, row.id)
    wanted = list(shapes)
    places, faults = placing.resolve(wanted, known, row.root_folder)
    templates = {
        f"{shape.path}.template": places[shape.name].template.moref
        for shape in wanted
        if shape.name in places
    }
    return Site(row, places, (*faults, *image_uses.hold(session, row, templates)))


def find_vcenter(session: Session, org_id: int, vcenter: str) -> VCenter:
    """One whose inventory is known, by its name in the field `vcenter`. Raises InvalidRequest."""
    try:
        row = vcenters.find(session, org_id, vcenter)
    except NotFound:
        advice = f"there is no vCenter named {vcenter!r}; register the vCenter first"
        raise InvalidRequest([Fault("vcenter", advice)]) from None
    if row.watched_at is None:
        advice = "its inventory has not been read yet; try again in a moment"
        raise InvalidRequest([Fault("vcenter", advice)])
    return row


def faults_of_name(session: Session, org_id: int, kind: str, name: str) -> list[Fault]:
    query = select(Resource.id).where(
        Resource.org_id == org_id,
        Resource.kind == kind,
        Resource.name == name,
        Resource.deleted_at.is_(None),
    )
    if session.scalars(query).first():
        what = kind.replace("-", " ")
        article = "an" if what[0] in "aeiou" else "a"
        advice = f"there is {article} {what} named {name!r} already; choose another"
        return [Fault("name", advice)]
    if _looks_like_id(name):
        return [Fault("name", "has the form of an id; choose a name that can't be taken for one")]
    return []


def _looks_like_id(name: str) -> bool:
    try:
        return bool(UUID(name))
    except ValueError:
        return False
