"""Addresses of a load balancer against leases and the clusters of the same L2 networks."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from sqlalchemy.orm import Session

from provisioner.domain.addresses import AddressRange, InvalidRange, parse_range
from provisioner.domain.faults import Fault
from provisioner.domain.spec.load_balancer import NETWORKS, LoadBalancerSpec, Network
from provisioner.store.load_balancer_estates import Estate
from provisioner.store.neighbours import Claim, Neighbourhood
from provisioner.store.sites import Site


def faults(
    session: Session,
    org_id: int,
    spec: LoadBalancerSpec,
    estate: Estate,
    own: str | None = None,
    users: Collection[str] = (),
) -> list[Fault]:
    """`own`: the id of the load balancer that is to become so; `users`: of the clusters on it."""
    claims = list(_claims(spec))
    found = {
        fault
        for site in _sites(spec, estate)
        for fault in Neighbourhood(session, org_id, site, own, users).faults_of(claims)
    }
    return sorted(found)


def _sites(spec: LoadBalancerSpec, estate: Estate) -> Iterator[Site]:
    """One of each vCenter; its places are those of the members' networks."""
    for vcenter in {one.id: one for one in estate.vcenters.values()}.values():
        places = {
            _place(member.name, network): replace(estate.places[member.name], networks=(nic,))
            for member in spec.members
            if estate.vcenters.get(member.name) is vcenter
            for network in NETWORKS
            if (nic := estate.nic(member, network))
        }
        yield Site(vcenter, places)


def _claims(spec: LoadBalancerSpec) -> Iterator[Claim]:
    """Exactly these addresses, as a VIP's: nobody else may have one of them."""
    for path, member in spec.paths():
        for network, nic in member.networks.own().items():
            at, own = f"{path}.networks.{network}.address", nic.address.ip
            yield Claim(at, "vip", _place(member.name, network), AddressRange(own, own))
    for index, vip in enumerate(spec.vips):
        address = AddressRange(vip.address, vip.address)
        for member in spec.members:
            place = _place(member.name, vip.network)
            yield Claim(f"vips.{index}.address", "vip", place, address)
    if reserved := service_range(spec):
        for member in spec.members:
            yield Claim("serviceRange", "vip", _place(member.name, "frontend"), reserved)


def service_range(spec: LoadBalancerSpec) -> AddressRange | None:
    """None when there is none, or the one given is no range."""
    try:
        return parse_range(spec.service_range) if spec.service_range else None
    except InvalidRange:
        return None  # the document's own check names it


def _place(member: str, network: Network) -> str:
    return f"{member}/{network}"
