"""Where a cluster's API is reached: what its mode needs, and what would have no effect."""

from collections.abc import Iterator

from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.endpoint import API_PORT, Endpoint, EndpointService
from provisioner.domain.spec.load_balancer_names import repeated
from provisioner.domain.spec.load_balancer_service_checks import check_type
from provisioner.domain.spec.load_balancer_services import bounds

_SSH_PORT = 22
_MODE = "endpoint.mode"
_PAIR = "endpoint.loadBalancer"


def check_endpoint(spec: ClusterSpec) -> Iterator[Fault]:
    endpoint = spec.endpoint
    yield from _host(endpoint)
    if endpoint.mode == "loadBalancer":
        yield from _pair(endpoint)
        yield from _listeners(endpoint)
        for index, service in enumerate(endpoint.services):
            yield from _service(spec, service, f"endpoint.services.{index}")
        names = ((f"endpoint.services.{i}.name", s.name) for i, s in enumerate(endpoint.services))
        yield from repeated(names)
    else:
        yield from _others(endpoint)
        yield from _without_pair(endpoint)


def _host(endpoint: Endpoint) -> Iterator[Fault]:
    vip = endpoint.vip
    if vip and (vip.is_unspecified or vip.is_multicast or vip.is_reserved or vip.is_link_local):
        yield Fault("endpoint.vip", "is no address a host can have; take a free one of the network")
    if endpoint.dns_name and endpoint.dns_name.rpartition(".")[2] == "localhost":
        yield Fault("endpoint.dnsName", "is every machine's own; give a name of the API's")


def _others(endpoint: Endpoint) -> Iterator[Fault]:
    """The modes without a pair of ours."""
    fields = (_MODE, "endpoint.vip")
    if endpoint.mode == "keepalived" and endpoint.vip is None:
        advice = "is needed by mode keepalived: a free address of the network"
        yield Fault("endpoint.vip", advice, rests_on=fields)
    if endpoint.mode == "external" and endpoint.vip is None and endpoint.dns_name is None:
        advice = "mode external needs vip or dnsName of your load balancer"
        yield Fault("endpoint", advice, rests_on=(*fields, "endpoint.dnsName"))
    if endpoint.mode == "dns" and endpoint.dns_name is None:
        advice = "is needed by mode dns: a name with an address record for every master"
        yield Fault("endpoint.dnsName", advice, rests_on=(_MODE, "endpoint.dnsName"))
    if endpoint.mode == "dns" and endpoint.vip:
        advice = "nobody would carry it in mode dns; leave it out, or choose keepalived or external"
        yield Fault("endpoint.vip", advice, rests_on=fields)


def _without_pair(endpoint: Endpoint) -> Iterator[Fault]:
    given = {
        "loadBalancer": endpoint.load_balancer is not None,
        "ports": endpoint.ports != (API_PORT,),
        "services": bool(endpoint.services),
    }
    for field in (name for name, is_given in given.items() if is_given):
        at = f"endpoint.{field}"
        advice = f"is for mode loadBalancer; this one is {endpoint.mode}"
        yield Fault(at, advice, rests_on=(at, _MODE))


def _pair(endpoint: Endpoint) -> Iterator[Fault]:
    if endpoint.load_balancer is None:
        advice = "is needed by mode loadBalancer: the name of a pair (pkectl lb list)"
        yield Fault(_PAIR, advice, rests_on=(_MODE, _PAIR))
    if API_PORT not in endpoint.ports:
        advice = f"must include {API_PORT}, where nodes and kubeconfigs look for the API"
        yield Fault("endpoint.ports", advice)


def _listeners(endpoint: Endpoint) -> Iterator[Fault]:
    """All that the pair listens on at the VIP, against each other."""
    seen: list[tuple[str, int, int]] = []
    for at, ports in _ports(endpoint):
        first, last = bounds(ports)
        if first <= _SSH_PORT <= last:
            yield Fault(at, f"{_SSH_PORT} is for the members' SSH; choose another port")
        for other, low, high in seen:
            if first <= high and low <= last:
                yield Fault(at, f"is taken by {other}; give each its own", rests_on=(at, other))
        seen.append((at, first, last))


def _ports(endpoint: Endpoint) -> Iterator[tuple[str, int | str]]:
    for index, port in enumerate(endpoint.ports):
        yield f"endpoint.ports.{index}", port
    for number, service in enumerate(endpoint.services):
        for index, ports in enumerate(service.ports):
            yield f"endpoint.services.{number}.ports.{index}", ports


def _service(spec: ClusterSpec, service: EndpointService, at: str) -> Iterator[Fault]:
    known = ", ".join(pool.name for pool in spec.node_pools) or "there is none"
    for index, name in enumerate(service.node_pools):
        path = f"{at}.nodePools.{index}"
        if name in service.node_pools[:index]:
            yield Fault(path, f"{name!r} is named twice")
        elif spec.pool(name) is None:
            advice = f"{name!r} is none of nodePools: {known}"
            yield Fault(path, advice, rests_on=(path, "nodePools"))
    if service.check:
        yield from check_type(service.check, f"{at}.check")
