"""The members' NICs: each against its subnet, and against those it has to get along with."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations

from provisioner.domain.faults import Fault
from provisioner.domain.spec.load_balancer import LoadBalancerSpec, Member, Network, Nic

_EVERYWHERE = IPv4Network("0.0.0.0/0")


def check_networks(spec: LoadBalancerSpec) -> Iterator[Fault]:
    for path, network, nic in nics(spec):
        yield from _address(nic, path)
        yield from _gateway(nic, network, path)
        yield from _routes(nic, path)
    for at, member in spec.paths():
        yield from _separate_subnets(member, f"{at}.networks")
    yield from _peers(spec)


def nics(spec: LoadBalancerSpec) -> Iterator[tuple[str, Network, Nic]]:
    """All that VMs will have, each with its field."""
    for at, member in spec.paths():
        for network, nic in member.networks.own().items():
            yield f"{at}.networks.{network}", network, nic


def unusable(address: IPv4Address, subnet: IPv4Network) -> str | None:
    """Why no host of the subnet can have that address."""
    if address not in subnet:
        return f"{address} is not within the subnet {subnet}"
    if subnet.prefixlen < 31 and address in (subnet.network_address, subnet.broadcast_address):
        return f"{address} is the subnet's own ({subnet}), which no host can have"
    return None


def _address(nic: Nic, path: str) -> Iterator[Fault]:
    at = f"{path}.address"
    if nic.address.network.prefixlen == 32:
        yield Fault(at, f"needs its network's prefix length, such as {nic.address.ip}/24")
    elif advice := unusable(nic.address.ip, nic.address.network):
        yield Fault(at, advice)


def _gateway(nic: Nic, network: Network, path: str) -> Iterator[Fault]:
    at = f"{path}.gateway"
    if nic.gateway is None:
        return
    if network != "management":
        yield Fault(at, "the default route is management's; write routes for what is beyond")
    elif advice := _no_neighbour(nic.gateway, nic):
        yield Fault(at, advice, rests_on=(at, f"{path}.address"))


def _routes(nic: Nic, path: str) -> Iterator[Fault]:
    for index, route in enumerate(nic.routes):
        at = f"{path}.routes.{index}"
        if route.to == _EVERYWHERE:
            advice = "is the default route; give management's gateway for that"
            yield Fault(f"{at}.to", advice)
        if advice_of_via := _no_neighbour(route.via, nic):
            yield Fault(f"{at}.via", advice_of_via, rests_on=(f"{at}.via", f"{path}.address"))


def _no_neighbour(address: IPv4Address, nic: Nic) -> str | None:
    if address == nic.address.ip:
        return "is the member's own address"
    return unusable(address, nic.address.network)


def _separate_subnets(member: Member, path: str) -> Iterator[Fault]:
    """A host with two NICs in a subnet answers by either of them."""
    for (one, nic), (other, another) in combinations(member.networks.own().items(), 2):
        if nic.address.network.overlaps(another.address.network):
            advice = f"shares the subnet of {one}; leave it out, and {one} or management serves it"
            fields = (f"{path}.{one}.address", f"{path}.{other}.address")
            yield Fault(f"{path}.{other}", advice, rests_on=fields)


def _peers(spec: LoadBalancerSpec) -> Iterator[Fault]:
    """Adverts go from frontend to frontend, straight or by a route that somebody gave."""
    if len(spec.members) < 2:
        return
    for index, (own, peer) in enumerate((spec.members, spec.members[::-1])):
        target = peer.networks.nic("frontend").address.ip
        if not _reaches(own, target):
            path = f"members.{index}.networks.{_frontend(own)}"
            advice = f"does not reach its peer {target}: add a route to {target}/32 or its network"
            fields = tuple(f"members.{number}.networks" for number in range(2))
            yield Fault(f"{path}.routes", advice, rests_on=fields)


def _frontend(member: Member) -> Network:
    return "frontend" if member.networks.frontend else "management"


def _reaches(member: Member, target: IPv4Address) -> bool:
    nic = member.networks.nic("frontend")
    if target in nic.address.network or any(target in route.to for route in nic.routes):
        return True
    return nic is member.networks.management and nic.gateway is not None


def subnets(spec: LoadBalancerSpec, network: Network) -> tuple[IPv4Network, ...]:
    """Those of the members' NICs that serve `network`."""
    return tuple(member.networks.nic(network).address.network for member in spec.members)
