"""A cluster's addresses against each other: what must be big enough, and what must not meet."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations

from provisioner.domain.addresses import AddressRange, InvalidRange, capacity, parse_range, whole
from provisioner.domain.counting import counted
from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.placement import AddressPool


@dataclass(frozen=True)
class Claim:
    """Addresses that a field asks for."""

    path: str
    addresses: AddressRange


def check_addresses(spec: ClusterSpec) -> Iterator[Fault]:
    yield from _unreadable(spec.load_balancer_ranges, "loadBalancerRanges")
    for path, group in spec.paths():
        if group.addresses:
            yield from check_pool(group.addresses, f"{path}.addresses")
            yield from _room(group.addresses, group.size, path)
    yield from _vip(spec)
    yield from _overlaps(spec)


def _vip(spec: ClusterSpec) -> Iterator[Fault]:
    """Against the masters' subnet, where their ranges tell it."""
    vip, pool = spec.endpoint.vip, spec.control_plane.addresses
    subnet = _subnet(pool) if pool else None
    if vip is None or subnet is None:
        return
    at = "controlPlane.addresses"
    fields = ("endpoint.vip", "endpoint.mode", f"{at}.ranges", f"{at}.prefixLength")
    if vip not in subnet:
        if spec.endpoint.mode == "keepalived":
            advice = f"is not within the masters' subnet {subnet}, so none of them can carry it"
            yield Fault("endpoint.vip", advice, rests_on=fields)
    elif _misplaced(_single(vip), subnet):
        advice = f"is {subnet} itself or its broadcast address; take a free one in between"
        yield Fault("endpoint.vip", advice, rests_on=fields)


def _subnet(pool: AddressPool) -> IPv4Network | None:
    """The first readable range tells it."""
    first = next(_claims(pool.ranges, ""), None)
    if first is None:
        return None
    return IPv4Network(f"{first.addresses.first}/{pool.prefix_length}", strict=False)


def check_pool(pool: AddressPool, at: str) -> Iterator[Fault]:
    """A group's own addresses, whatever the group is for."""
    yield from _unreadable(pool.ranges, f"{at}.ranges")
    yield from _pool(pool, at)
    yield from _repetitions(pool, f"{at}.ranges")


def _unreadable(texts: tuple[str, ...], path: str) -> Iterator[Fault]:
    for index, text in enumerate(texts):
        try:
            parse_range(text)
        except InvalidRange as err:
            yield Fault(f"{path}.{index}", str(err))


def _claims(texts: tuple[str, ...], path: str) -> Iterator[Claim]:
    for index, text in enumerate(texts):
        try:
            yield Claim(f"{path}.{index}", parse_range(text))
        except InvalidRange:
            continue


def _room(pool: AddressPool, size: int, path: str) -> Iterator[Fault]:
    at = f"{path}.addresses.ranges"
    readable = len(list(_claims(pool.ranges, at))) == len(pool.ranges)
    if readable and (room := capacity(pool.ranges)) < size:
        advice = f"holds {counted(room, 'address', 'addresses')} for {counted(size, 'node')}"
        yield Fault(at, advice, rests_on=(at, f"{path}.size"))


def _pool(pool: AddressPool, at: str) -> Iterator[Fault]:
    """One pool against its own subnet, which the first range tells."""
    claims, subnet = list(_claims(pool.ranges, f"{at}.ranges")), _subnet(pool)
    if subnet is None:
        return
    fields = (f"{at}.ranges", f"{at}.prefixLength")
    for claim in claims:
        if advice := _misplaced(claim.addresses, subnet):
            yield Fault(claim.path, advice, rests_on=fields)
    if pool.gateway and pool.gateway not in subnet:
        advice = f"is not within the subnet {subnet}"
        yield Fault(f"{at}.gateway", advice, rests_on=(f"{at}.gateway", *fields))
    for index, route in enumerate(pool.routes):
        if route.via not in subnet:
            advice = f"is not within the subnet {subnet}, so nothing can be sent there"
            yield Fault(f"{at}.routes.{index}.via", advice, rests_on=fields)
    if pool.gateway and any(pool.gateway in claim.addresses for claim in claims):
        advice = "lies in the ranges given to nodes; take it out of them"
        yield Fault(f"{at}.gateway", advice, rests_on=(f"{at}.gateway", f"{at}.ranges"))


def _misplaced(addresses: AddressRange, subnet: IPv4Network) -> str | None:
    if addresses.first not in subnet or addresses.last not in subnet:
        return f"{addresses} is not within the subnet {subnet}"
    if subnet.prefixlen > 30:
        return None
    for reserved in (subnet.network_address, subnet.broadcast_address):
        if reserved in addresses:
            return f"{addresses} takes in {reserved}, which no node of {subnet} can have"
    return None


def _overlaps(spec: ClusterSpec) -> Iterator[Fault]:
    """Groups may draw from the same ranges, as each address is leased once; others may not meet."""
    exclusive = list(_exclusive(spec))
    shared = list(_shared(spec))
    for index, claim in enumerate(exclusive):
        for other in (*exclusive[index + 1 :], *shared):
            if claim.addresses.meets(other.addresses):
                yield _clash(claim, other)


def _exclusive(spec: ClusterSpec) -> Iterator[Claim]:
    yield Claim("kubernetes.podCIDR", whole(spec.kubernetes.pod_cidr))
    yield Claim("kubernetes.serviceCIDR", whole(spec.kubernetes.service_cidr))
    yield from _claims(spec.load_balancer_ranges, "loadBalancerRanges")
    if spec.endpoint.vip:
        yield Claim("endpoint.vip", _single(spec.endpoint.vip))


def _shared(spec: ClusterSpec) -> Iterator[Claim]:
    for path, group in spec.paths():
        if group.addresses:
            yield from _claims(group.addresses.ranges, f"{path}.addresses.ranges")
            if group.addresses.gateway:
                yield Claim(f"{path}.addresses.gateway", _single(group.addresses.gateway))


def _repetitions(pool: AddressPool, path: str) -> Iterator[Fault]:
    for one, other in combinations(_claims(pool.ranges, path), 2):
        if one.addresses.meets(other.addresses):
            yield _clash(one, other)


def _clash(one: Claim, other: Claim) -> Fault:
    advice = f"{other.addresses} overlaps {one.path} ({one.addresses}); give each its own addresses"
    return Fault(other.path, advice, rests_on=(one.path, other.path))


def _single(address: IPv4Address) -> AddressRange:
    return AddressRange(address, address)
