"""A cluster's document against itself: names, ranges, and everything that must not overlap."""

import ssl
from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import combinations

from provisioner.domain.addresses import AddressRange, InvalidRange, parse_range, whole
from provisioner.domain.faults import Fault
from provisioner.domain.naming import MAX_HOSTNAME, longest_node_name
from provisioner.domain.spec.cluster import CONTROL_PLANE, ClusterSpec
from provisioner.domain.spec.placement import EITHER, AddressPool, PlacementOverride

Place = tuple[str, AddressRange]


def check(spec: ClusterSpec) -> list[Fault]:
    return [
        *_names(spec),
        *_endpoint(spec),
        *_placements(spec),
        *_pools(spec),
        *_ranges(spec),
        *_overlaps(spec),
        *_authorities(spec),
    ]


def group_path(spec: ClusterSpec, group: str) -> str:
    names = [pool.name for pool in spec.node_pools]
    return "controlPlane" if group == CONTROL_PLANE else f"nodePools.{names.index(group)}"


def _names(spec: ClusterSpec) -> Iterator[Fault]:
    seen: set[str] = {CONTROL_PLANE}
    for index, pool in enumerate(spec.node_pools):
        path = f"nodePools.{index}.name"
        if pool.name in seen:
            yield Fault(path, f"{pool.name!r} is taken by another group; choose another name")
        seen.add(pool.name)
    for group in spec.groups():
        over = longest_node_name(spec.name, group) - MAX_HOSTNAME
        if over > 0:
            path = "name" if group == CONTROL_PLANE else f"{group_path(spec, group)}.name"
            yield Fault(path, f"makes hostnames longer than 63; shorten by {over} characters")


def _endpoint(spec: ClusterSpec) -> Iterator[Fault]:
    endpoint = spec.endpoint
    if endpoint.mode == "keepalived" and endpoint.vip is None:
        yield Fault("endpoint.vip", "is needed by mode keepalived: a free address of the network")
    if endpoint.mode == "external" and endpoint.vip is None and endpoint.dns_name is None:
        yield Fault("endpoint", "mode external needs vip or dnsName of your load balancer")


def _placements(spec: ClusterSpec) -> Iterator[Fault]:
    overrides: dict[str, PlacementOverride | None] = {"placement": spec.placement}
    overrides |= {
        f"{group_path(spec, name)}.placement": group.placement
        for name, group in spec.groups().items()
    }
    for path, placement in overrides.items():
        if placement is None:
            continue
        for one, other in EITHER:
            given = [name for name in (one, other) if getattr(placement, name)]
            if len(given) == 2:
                yield Fault(path, f"give {_camel(one)} or {_camel(other)}, not both")
            if not given and path == "placement":
                yield Fault(path, f"give {_camel(one)} or {_camel(other)}")


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


def _pools(spec: ClusterSpec) -> Iterator[Fault]:
    for name, group in spec.groups().items():
        if group.addresses is None:
            continue
        path = f"{group_path(spec, name)}.addresses"
        ranges = [r for _, r in _readable(group.addresses.ranges, path)]
        room = sum(len(r) for r in ranges)
        if len(ranges) == len(group.addresses.ranges) and room < group.size:
            yield Fault(f"{path}.ranges", f"holds {room} addresses for {group.size} nodes")
        yield from _subnet(group.addresses, ranges, path)


def _subnet(pool: AddressPool, ranges: list[AddressRange], path: str) -> Iterator[Fault]:
    if not ranges:
        return
    subnet = IPv4Network(f"{ranges[0].first}/{pool.prefix_length}", strict=False)
    outside = [r for r in ranges if r.first not in subnet or r.last not in subnet]
    if outside:
        yield Fault(f"{path}.ranges", f"{outside[0]} is not within the subnet {subnet}")
    if pool.gateway and pool.gateway not in subnet:
        yield Fault(f"{path}.gateway", f"is not within the subnet {subnet}")
    if pool.gateway and any(pool.gateway in r for r in ranges):
        yield Fault(f"{path}.gateway", "lies in the ranges given to nodes; take it out of them")


def _ranges(spec: ClusterSpec) -> Iterator[Fault]:
    texts = {"loadBalancerRanges": spec.load_balancer_ranges} | {
        f"{group_path(spec, name)}.addresses.ranges": group.addresses.ranges
        for name, group in spec.groups().items()
        if group.addresses
    }
    for path, ranges in texts.items():
        for index, text in enumerate(ranges):
            try:
                parse_range(text)
            except InvalidRange as err:
                yield Fault(f"{path}.{index}", str(err))


def _readable(texts: tuple[str, ...], path: str) -> Iterator[Place]:
    for index, text in enumerate(texts):
        try:
            yield f"{path}.{index}", parse_range(text)
        except InvalidRange:
            continue


def _overlaps(spec: ClusterSpec) -> Iterator[Fault]:
    places: list[Place] = [
        ("kubernetes.podCIDR", whole(spec.kubernetes.pod_cidr)),
        ("kubernetes.serviceCIDR", whole(spec.kubernetes.service_cidr)),
        *_readable(spec.load_balancer_ranges, "loadBalancerRanges"),
    ]
    if spec.endpoint.vip:
        places.append(("endpoint.vip", AddressRange(spec.endpoint.vip, spec.endpoint.vip)))
    for name, group in spec.groups().items():
        if group.addresses:
            path = f"{group_path(spec, name)}.addresses.ranges"
            places += _readable(group.addresses.ranges, path)
    for (one, a), (other, b) in combinations(places, 2):
        if a.meets(b) and not _shared_pools(one, other):
            yield Fault(other, f"{b} overlaps {one} ({a}); give each its own addresses")


def _shared_pools(one: str, other: str) -> bool:
    """Groups may draw from the same addresses: each address is leased once."""
    return ".addresses." in one and ".addresses." in other


def _authorities(spec: ClusterSpec) -> Iterator[Fault]:
    for index, pem in enumerate(spec.trusted_cas):
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
        except (ssl.SSLError, ValueError):
            yield Fault(f"trustedCAs.{index}", "is not a certificate in PEM form")
