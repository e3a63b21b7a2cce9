"""Clusters' documents, and each against what is on record: its vCenter, name, reservations."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.clusters import KIND, shapes
from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.inventory import Resolved
from provisioner.domain.spec.cluster import CONTROL_PLANE, ClusterSpec
from provisioner.store import inventory, leases, placing, resources, vcenters
from provisioner.store.errors import NotFound, Taken
from provisioner.store.tables import Lease, Resource, VCenter


@dataclass(frozen=True)
class Site:
    """Where a cluster is to be. `places` lacks the groups that `faults` tell about."""

    vcenter: VCenter
    places: Mapping[str, Resolved]
    faults: tuple[Fault, ...] = ()

    def domain(self, group: str) -> str | None:
        """The L2 network of the group's first NIC, which is the one the cluster uses."""
        place = self.places.get(group)
        return placing.network_domain(self.vcenter, place) if place else None


def spec_of(session: Session, resource: Resource) -> ClusterSpec:
    return ClusterSpec.model_validate(resources.document(session, resource))


def find_site(session: Session, org_id: int, spec: ClusterSpec) -> Site:
    """Raises InvalidRequest when the vCenter itself is the fault."""
    try:
        vcenter = vcenters.find(session, org_id, spec.vcenter)
    except NotFound:
        advice = f"there is no vCenter named {spec.vcenter!r}; register the vCenter first"
        raise InvalidRequest([Fault("vcenter", advice)]) from None
    if vcenter.watched_at is None:
        advice = "its inventory has not been read yet; try again in a moment"
        raise InvalidRequest([Fault("vcenter", advice)])
    known = inventory.load(session, vcenter.id)
    places, faults = placing.resolve(shapes(spec), known, vcenter.root_folder)
    return Site(vcenter, places, tuple(faults))


def faults_of_name(session: Session, org_id: int, spec: ClusterSpec) -> list[Fault]:
    query = select(Resource.id).where(
        Resource.org_id == org_id,
        Resource.kind == KIND,
        Resource.name == spec.name,
        Resource.deleted_at.is_(None),
    )
    if session.scalars(query).first():
        return [Fault("name", f"there is a cluster named {spec.name!r} already; choose another")]
    if _looks_like_id(spec.name):
        return [Fault("name", "has the form of an id; choose a name that can't be taken for one")]
    return []


def reserve(session: Session, resource: Resource, spec: ClusterSpec, site: Site) -> None:
    """Leases the VIP and, for keepalived, a VRID. Raises InvalidRequest when they are taken."""
    domain = placing.network_domain(site.vcenter, site.places[CONTROL_PLANE])
    holder = leases.Holder(resource.id)
    try:
        if spec.endpoint.vip:
            leases.take(session, leases.VIP, domain, str(spec.endpoint.vip), holder)
        if spec.endpoint.mode == "keepalived":
            leases.take_vrid(session, domain, holder)
    except Taken as err:
        raise InvalidRequest([Fault("endpoint.vip", str(err))]) from err


def vrid(session: Session, resource_id: str) -> int | None:
    query = select(Lease.value).where(Lease.resource_id == resource_id, Lease.kind == leases.VRID)
    found = session.scalars(query).first()
    return int(found) if found else None


def _looks_like_id(name: str) -> bool:
    try:
        return bool(UUID(name))
    except ValueError:
        return False
