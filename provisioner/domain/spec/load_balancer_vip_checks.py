"""The addresses that float: where they may be, and that nobody else has them."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from provisioner.domain.addresses import AddressRange, InvalidRange, parse_range
from provisioner.domain.faults import Fault
from provisioner.domain.spec.load_balancer import LoadBalancerSpec, Network, Vip
from provisioner.domain.spec.load_balancer_names import repeated, unknown
from provisioner.domain.spec.load_balancer_network_checks import nics, subnets, unusable

_RANGE = "serviceRange"


def check_vips(spec: LoadBalancerSpec) -> Iterator[Fault]:
    yield from repeated((f"{path}.name", vip.name) for path, vip in vip_paths(spec))
    for path, vip in vip_paths(spec):
        yield from _within_subnet(spec, vip, path)
        if vip.preferred_member is not None:
            names = (member.name for member in spec.members)
            yield from unknown(f"{path}.preferredMember", vip.preferred_member, names, "members")
    yield from _given_twice(spec)
    yield from _service_range(spec)


def vip_paths(spec: LoadBalancerSpec) -> Iterator[tuple[str, Vip]]:
    for index, vip in enumerate(spec.vips):
        yield f"vips.{index}", vip


def _within_subnet(spec: LoadBalancerSpec, vip: Vip, path: str) -> Iterator[Fault]:
    if advice := misplaced(spec, vip.address, vip.network):
        fields = (f"{path}.address", f"{path}.network", "members")
        yield Fault(f"{path}.address", advice, rests_on=fields)


def misplaced(spec: LoadBalancerSpec, address: IPv4Address, network: Network) -> str | None:
    """Members in different subnets are joined by routes: there one of them will do."""
    reasons = [unusable(address, subnet) for subnet in subnets(spec, network)]
    found = next((reason for reason in reasons if reason), None)
    if found is None or None in reasons:
        return None
    return f"{found} of network {network}"


def _given_twice(spec: LoadBalancerSpec) -> Iterator[Fault]:
    seen: dict[IPv4Address, str] = {}
    for path, address in _addresses(spec):
        if address in seen:
            advice = f"{address} is given to {seen[address]} already; give each its own"
            yield Fault(path, advice, rests_on=(path, seen[address]))
        seen.setdefault(address, path)


def _addresses(spec: LoadBalancerSpec) -> Iterator[tuple[str, IPv4Address]]:
    """Each that must be nobody else's; gateways are the same for several NICs."""
    gateways: set[IPv4Address] = set()
    for path, _, nic in nics(spec):
        yield f"{path}.address", nic.address.ip
        if nic.gateway and nic.gateway != nic.address.ip and nic.gateway not in gateways:
            gateways.add(nic.gateway)
            yield f"{path}.gateway", nic.gateway
    for path, vip in vip_paths(spec):
        yield f"{path}.address", vip.address


def _service_range(spec: LoadBalancerSpec) -> Iterator[Fault]:
    if spec.service_range is None:
        return
    try:
        given = parse_range(spec.service_range)
    except InvalidRange as err:
        yield Fault(_RANGE, str(err))
        return
    for address in (given.first, given.last):
        if advice := misplaced(spec, address, "frontend"):
            yield Fault(_RANGE, advice, rests_on=(_RANGE, "members"))
    yield from _taken(spec, given)


def _taken(spec: LoadBalancerSpec, given: AddressRange) -> Iterator[Fault]:
    for path, address in _addresses(spec):
        if address in given:
            advice = f"takes in {address}, which is {path}; leave it out of the range"
            yield Fault(_RANGE, advice, rests_on=(_RANGE, path))
