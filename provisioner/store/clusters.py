"""Clusters' documents, and each against what is on record: its vCenter, name, reservations."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.clusters import KIND, shapes
from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.spec.cluster import CONTROL_PLANE, ClusterSpec
from provisioner.store import leases, load_balancer_endpoints, placing, resources, sites
from provisioner.store.errors import Taken
from provisioner.store.sites import Site
from provisioner.store.tables import Lease, Resource


def spec_of(session: Session, resource: Resource) -> ClusterSpec:
    return ClusterSpec.model_validate(resources.document(session, resource))


def find_site(session: Session, org_id: int, spec: ClusterSpec) -> Site:
    """Raises InvalidRequest when the vCenter itself is the fault."""
    return sites.find_site(session, org_id, spec.vcenter, shapes(spec))


def faults_of_name(session: Session, org_id: int, spec: ClusterSpec) -> list[Fault]:
    return sites.faults_of_name(session, org_id, KIND, spec.name)


def reserve(session: Session, resource: Resource, spec: ClusterSpec, site: Site) -> None:
    """Leases the VIP and, for keepalived, a VRID. Raises InvalidRequest when they are taken."""
    if spec.endpoint.pair:
        load_balancer_endpoints.reserve(session, resource, spec)
        return
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
