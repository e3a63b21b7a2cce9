"""A cluster's document against itself: names, placements and certificates."""

import ssl
from collections.abc import Iterator

from provisioner.domain.clusters import TASKS
from provisioner.domain.faults import Fault
from provisioner.domain.naming import MAX_HOSTNAME, longest_node_name
from provisioner.domain.progress import MACHINES
from provisioner.domain.spec.address_checks import check_addresses
from provisioner.domain.spec.cluster import CONTROL_PLANE, ClusterSpec
from provisioner.domain.spec.kubernetes_checks import check_kubernetes
from provisioner.domain.spec.label_checks import check_labels
from provisioner.domain.spec.placement import EITHER, PlacementOverride
from provisioner.domain.spec.size_checks import check_sizes


def check(spec: ClusterSpec) -> list[Fault]:
    return [
        *_names(spec),
        *_endpoint(spec),
        *_placements(spec),
        *check_kubernetes(spec),
        *check_addresses(spec),
        *check_labels(spec),
        *check_sizes(spec),
        *_authorities(spec),
    ]


def _names(spec: ClusterSpec) -> Iterator[Fault]:
    yield from _length(spec, CONTROL_PLANE, "name")
    # Groups and tasks are steps of one operation, which is told them by name.
    seen = dict.fromkeys((CONTROL_PLANE, MACHINES, *TASKS), "")
    for index, pool in enumerate(spec.node_pools):
        path = f"nodePools.{index}.name"
        if pool.name in seen:
            advice = f"{pool.name!r} is taken by another group or step; choose another name"
            yield Fault(path, advice, rests_on=(path, seen[pool.name] or path))
        seen.setdefault(pool.name, path)
        yield from _length(spec, pool.name, path)


def _length(spec: ClusterSpec, group: str, path: str) -> Iterator[Fault]:
    over = longest_node_name(spec.name, group) - MAX_HOSTNAME
    if over > 0:
        advice = f"makes hostnames longer than {MAX_HOSTNAME}; shorten by {over} characters"
        yield Fault(path, advice, rests_on=("name", path))


def _endpoint(spec: ClusterSpec) -> Iterator[Fault]:
    endpoint, fields = spec.endpoint, ("endpoint.mode", "endpoint.vip")
    vip = endpoint.vip
    if vip and (vip.is_unspecified or vip.is_multicast or vip.is_reserved):
        yield Fault("endpoint.vip", "is no address a host can have; take a free one of the network")
    if endpoint.mode == "keepalived" and endpoint.vip is None:
        advice = "is needed by mode keepalived: a free address of the network"
        yield Fault("endpoint.vip", advice, rests_on=fields)
    if endpoint.mode == "external" and endpoint.vip is None and endpoint.dns_name is None:
        advice = "mode external needs vip or dnsName of your load balancer"
        yield Fault("endpoint", advice, rests_on=(*fields, "endpoint.dnsName"))


def _placements(spec: ClusterSpec) -> Iterator[Fault]:
    yield from _pairs(spec.placement, "placement", needed=True)
    for path, group in spec.paths():
        if group.placement:
            yield from _pairs(group.placement, f"{path}.placement", needed=False)


def _pairs(placement: PlacementOverride, path: str, needed: bool) -> Iterator[Fault]:
    for pair in EITHER:
        one, other = map(_camel, pair)
        fields = (f"{path}.{one}", f"{path}.{other}")
        given = sum(bool(getattr(placement, name)) for name in pair)
        if given == 2:
            yield Fault(path, f"give {one} or {other}, not both", rests_on=fields)
        if given == 0 and needed:
            yield Fault(path, f"give {one} or {other}", rests_on=fields)


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


def _authorities(spec: ClusterSpec) -> Iterator[Fault]:
    for index, pem in enumerate(spec.trusted_cas):
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
        except (ssl.SSLError, ValueError, TypeError):
            yield Fault(f"trustedCAs.{index}", "is not a certificate in PEM form")
