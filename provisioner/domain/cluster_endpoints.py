"""What a load balancer pair carries for a cluster, as its nodes come and go."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from provisioner.domain.load_balancers import ClusterEndpoint, ClusterNode, ClusterService
from provisioner.domain.naming import MAX_HOSTNAME, SUFFIX_LENGTH
from provisioner.domain.nodes import Phase
from provisioner.domain.planning.digests import digest
from provisioner.domain.spec.cluster import CONTROL_PLANE, ClusterSpec
from provisioner.domain.spec.endpoint import EndpointService


@dataclass(frozen=True)
class Backing:
    """A node that clients may be led to. `address`: the one it has, or is to have."""

    name: str
    group: str
    phase: str
    address: str


def followed_groups(spec: ClusterSpec) -> tuple[str, ...]:
    """The groups whose nodes the endpoint leads to."""
    served = {group for one in spec.endpoint.services for group in _groups(spec, one)}
    return (CONTROL_PLANE, *sorted(served - {CONTROL_PLANE}))


def largest_backing(spec: ClusterSpec) -> Iterator[Backing]:
    """Of nobody: takes as much room, packed, as all the nodes that the endpoint may lead to."""
    for group in followed_groups(spec):
        for number in range(spec.machine(group).size):
            unlike_others = digest([f"{group} {number}"])
            stem = f"{spec.name}-{group}-"[: MAX_HOSTNAME - SUFFIX_LENGTH]
            address = IPv4Address(int(unlike_others[:8], 16))
            name = stem + unlike_others[:SUFFIX_LENGTH]
            yield Backing(name, group, Phase.READY, str(address))


def endpoint_of(spec: ClusterSpec, nodes: Iterable[Backing]) -> ClusterEndpoint:
    """Pure. `nodes`: all of the cluster's that are not gone and have an address."""
    known = sorted(nodes, key=lambda node: node.name)
    return ClusterEndpoint(
        cluster=spec.name,
        address=IPv4Address(str(spec.endpoint.vip)),
        ports=spec.endpoint.ports,
        masters=_serving(known, (CONTROL_PLANE,)),
        services=tuple(_services(spec, known)),
    )


def _services(spec: ClusterSpec, nodes: list[Backing]) -> Iterator[ClusterService]:
    for service in spec.endpoint.services:
        yield ClusterService(
            name=service.name,
            ports=service.ports,
            proxy_protocol=service.proxy_protocol,
            check=service.effective_check,
            nodes=_serving(nodes, _groups(spec, service)),
        )


def _groups(spec: ClusterSpec, service: EndpointService) -> tuple[str, ...]:
    masters = (CONTROL_PLANE,) if spec.control_plane.schedulable else ()
    known = tuple(pool.name for pool in spec.node_pools)
    if service.node_pools:
        return tuple(name for name in service.node_pools if name in known)
    return (*masters, *known)


def _serving(nodes: list[Backing], groups: tuple[str, ...]) -> tuple[ClusterNode, ...]:
    """Those that are ready, and while none is, all: the first one needs the endpoint to get ready.

    HAProxy believes in a new server until checks fail, which would cost clients time otherwise.
    """
    found = [node for node in nodes if node.group in groups]
    ready = [node for node in found if node.phase == Phase.READY]
    return tuple(
        ClusterNode(name=node.name, address=IPv4Address(node.address)) for node in ready or found
    )
