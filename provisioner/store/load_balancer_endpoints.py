"""VIPs of clusters' endpoints: taken from the service range of the pair that carries them."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.addresses import AddressRange, parse_range
from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.load_balancers import KIND, MAX_ENDPOINTS, LoadBalancerDocument
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.load_balancer import Vip
from provisioner.store import (
    leases,
    load_balancer_estates,
    load_balancer_neighbours,
    load_balancer_users,
    load_balancers,
    resources,
)
from provisioner.store.errors import Taken
from provisioner.store.load_balancer_estates import Estate
from provisioner.store.tables import Resource

_AT = "endpoint.loadBalancer"
_VIP = "endpoint.vip"


def find(session: Session, org_id: int, name: str) -> Resource | None:
    """A live pair of this name, whether it is being deleted or not."""
    query = select(Resource).where(
        Resource.org_id == org_id,
        Resource.kind == KIND,
        Resource.name == name,
        Resource.deleted_at.is_(None),
    )
    return session.scalars(query).first()


@dataclass(frozen=True)
class _Carrier:
    """A pair that is to carry an endpoint, locked, and the networks where its VIPs are."""

    resource: Resource
    document: LoadBalancerDocument
    estate: Estate
    service_range: AddressRange

    @property
    def domains(self) -> list[str]:
        return self.estate.domains(self.document.members, "frontend")


def with_vip(session: Session, org_id: int, spec: ClusterSpec) -> tuple[ClusterSpec, list[Fault]]:
    """A cluster to be with the VIP it gets: the one it asks for, or the first free one.

    The pair stays locked until the transaction ends, so nobody else is given the same.
    """
    if spec.endpoint.pair is None:
        return spec, []
    try:
        carrier = _carrier(session, org_id, spec.endpoint.pair)
        _refuse_when_full(session, carrier.resource)
        vip = _vip(session, org_id, carrier, spec.endpoint.vip)
    except InvalidRequest as err:
        return spec, err.faults
    endpoint = spec.endpoint.model_copy(update={"vip": vip})
    return spec.model_copy(update={"endpoint": endpoint}), []


def reserve(session: Session, resource: Resource, spec: ClusterSpec) -> None:
    """Leases the cluster's VIP in the pair's networks. Raises InvalidRequest when it is taken."""
    carrier = _carrier(session, resource.org_id, spec.endpoint.pair or "")
    holder = leases.Holder(resource.id)
    try:
        for domain in carrier.domains:
            leases.take(session, leases.VIP, domain, str(spec.endpoint.vip), holder)
    except Taken as err:
        raise InvalidRequest([Fault(_VIP, str(err))]) from err


def _carrier(session: Session, org_id: int, name: str) -> _Carrier:
    found = find(session, org_id, name)
    if found is None:
        known = ", ".join(one.name for one in resources.listed(session, org_id, KIND))
        advice = f"there is no load balancer {name!r}; "
        raise _fault(advice + (f"there are: {known}" if known else "create it first: pkectl lb"))
    if resources.lock(session, found.id).deletion_requested_at:
        raise _fault(f"load balancer {name} is being deleted")
    document = load_balancers.document_of(session, found)
    if document.service_range is None:
        raise _fault(f"load balancer {name} has no serviceRange, which VIPs of clusters are from")
    estate = load_balancer_estates.find_estate(session, org_id, document)
    carrier = _Carrier(found, document, estate, parse_range(document.service_range))
    if len(carrier.domains) < len(document.members):
        faults = "; ".join(f"{fault.path}: {fault.message}" for fault in estate.faults)
        raise _fault(f"load balancer {name} does not stand where its document says: {faults}")
    return carrier


def _refuse_when_full(session: Session, pair: Resource) -> None:
    """Clusters count from their creation on, before the pair is told of them."""
    if len(load_balancer_users.users_of(session, pair)) >= MAX_ENDPOINTS:
        raise _fault(f"load balancer {pair.name} carries {MAX_ENDPOINTS} clusters; use another one")


def _vip(
    session: Session, org_id: int, carrier: _Carrier, wanted: IPv4Address | None
) -> IPv4Address:
    if wanted is None:
        return _first_free(session, org_id, carrier)
    if wanted not in carrier.service_range:
        advice = f"is not within {carrier.service_range}, the serviceRange of its load balancer"
        raise InvalidRequest([Fault(_VIP, advice, rests_on=(_VIP, _AT))])
    if faults := _in_the_way(session, org_id, carrier, wanted):
        raise InvalidRequest([Fault(_VIP, fault.message) for fault in faults])
    return wanted


def _first_free(session: Session, org_id: int, carrier: _Carrier) -> IPv4Address:
    for address in _unleased(session, carrier):
        if not _in_the_way(session, org_id, carrier, address):
            return address
    name, given = carrier.resource.name, carrier.service_range
    raise _fault(f"all {len(given)} addresses of {name}'s serviceRange are taken ({given})")


def _unleased(session: Session, carrier: _Carrier) -> Iterator[IPv4Address]:
    leased = [leases.taken_addresses(session, domain) for domain in carrier.domains]
    for address in carrier.service_range:
        if not any(str(address) in taken for taken in leased):
            yield address


def _in_the_way(
    session: Session, org_id: int, carrier: _Carrier, address: IPv4Address
) -> list[Fault]:
    """What would be said if the pair asked for it as a VIP of its own."""
    alone = {"vips": (Vip(name="vip", address=address),), "service_range": None}
    asking, own = carrier.document.model_copy(update=alone), carrier.resource.id
    return load_balancer_neighbours.faults(session, org_id, asking, carrier.estate, own)


def _fault(message: str) -> InvalidRequest:
    return InvalidRequest([Fault(_AT, message)])
