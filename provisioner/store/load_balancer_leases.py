"""What a load balancer has for itself: its members' addresses, its VIPs, VRRP router ids."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from sqlalchemy.orm import Session

from provisioner.domain.addresses import InvalidRange, parse_range
from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.spec.load_balancer import LoadBalancerSpec
from provisioner.store import leases, load_balancer_users, load_balancers
from provisioner.store.errors import Taken
from provisioner.store.load_balancer_estates import Estate
from provisioner.store.load_balancer_users import User
from provisioner.store.tables import Resource


def reserve(
    session: Session, resource: Resource, spec: LoadBalancerSpec, estate: Estate
) -> tuple[int, ...]:
    """Leases all that it has while its document is so; answers a router id for each member.

    Its members' addresses, its VIPs and those of the clusters on it in the networks of all
    members, and VRRP router ids. What it has beside these is freed. Raises InvalidRequest with
    all that are somebody else's. `estate` is without faults.
    """
    users = load_balancer_users.users_of(session, resource)
    staying = _staying(session, resource, users)
    wishes = [*_wishes(resource, spec, estate), *_wishes_of_users(staying, spec, estate)]
    _free_others(session, resource, wishes)
    faults = [fault for wish in wishes for fault in _take(session, wish)]
    known = {resource.id, *(user.resource.id for user in users)}
    faults += _leased_to_others(session, known, spec, estate)
    if faults:
        raise InvalidRequest(sorted(set(faults)))
    return _router_ids(session, resource, spec, estate)


def _staying(session: Session, resource: Resource, users: Collection[User]) -> list[User]:
    """Without those that the pair has let go of: they free what they have, and nobody after them
    would free what they were given then.
    """
    leaving = [user for user in users if user.resource.deletion_requested_at]
    if not leaving:
        return list(users)
    document = load_balancers.document_of(session, resource)
    gone = [user for user in leaving if document.endpoint(user.resource.name) is None]
    return [user for user in users if user not in gone]


def _free_others(session: Session, resource: Resource, wishes: Iterable["_Wish"]) -> None:
    """A member that leaves has its address by its own node's lease, as long as it is there."""
    kept = [wish.key for wish in wishes]
    leases.keep_only(session, resource.id, (leases.RESERVED, leases.VIP), kept)


def _take(session: Session, wish: "_Wish") -> Iterator[Fault]:
    try:
        leases.take(session, *wish.key, leases.Holder(wish.holder))
    except Taken as err:
        yield Fault(wish.path, f"{err}; choose a free address")


def _router_ids(
    session: Session, resource: Resource, spec: LoadBalancerSpec, estate: Estate
) -> tuple[int, ...]:
    names = [member.name for member in spec.members]
    domains = estate.domains(spec.members, "frontend")
    try:
        found = leases.take_vrids(session, domains, resource.id, names)
    except Taken as err:
        raise InvalidRequest([Fault("vrrp", str(err))]) from err
    return tuple(found[name] for name in names)


def leased_router_ids(session: Session, resource_id: str, spec: LoadBalancerSpec) -> dict[str, int]:
    """By member, whose own it stays."""
    found = leases.vrids_by_group(session, resource_id)
    return {member.name: found[member.name] for member in spec.members}


@dataclass(frozen=True)
class _Wish:
    path: str
    holder: str
    key: leases.Key


def _wishes(resource: Resource, spec: LoadBalancerSpec, estate: Estate) -> Iterator[_Wish]:
    for path, member in spec.paths():
        for network, nic in member.networks.own().items():
            if domain := estate.domain(member, network):
                at = f"{path}.networks.{network}.address"
                yield _Wish(at, resource.id, (leases.RESERVED, domain, str(nic.address.ip)))
    for index, vip in enumerate(spec.vips):
        for domain in estate.domains(spec.members, vip.network):
            key = (leases.VIP, domain, str(vip.address))
            yield _Wish(f"vips.{index}.address", resource.id, key)


def _wishes_of_users(
    users: Iterable[User], spec: LoadBalancerSpec, estate: Estate
) -> Iterator[_Wish]:
    """Where a member comes that stands in another network than the first ones."""
    for user in users:
        for domain in estate.domains(spec.members, "frontend"):
            yield _Wish("serviceRange", user.resource.id, (leases.VIP, domain, str(user.vip)))


def _leased_to_others(
    session: Session, known: Collection[str], spec: LoadBalancerSpec, estate: Estate
) -> Iterator[Fault]:
    """Of the range that clusters' VIPs are to come from. `known`: ids of who may have some."""
    try:
        reserved = parse_range(spec.service_range) if spec.service_range else None
    except InvalidRange:
        return
    for domain in estate.domains(spec.members, "frontend") if reserved else ():
        for address, holder in leases.taken_addresses(session, domain).items():
            if reserved and holder not in known and IPv4Address(address) in reserved:
                yield Fault("serviceRange", f"{address} in it is leased already; leave it out")
