"""Who listens where: no two on one address and port, and no circle."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from provisioner.domain.faults import Fault
from provisioner.domain.spec.load_balancer import LoadBalancerSpec
from provisioner.domain.spec.load_balancer_names import server_paths, service_paths
from provisioner.domain.spec.load_balancer_network_checks import nics
from provisioner.domain.spec.load_balancer_services import Server, Service

SSH_PORT = 22
_HTTPS_PORT = 443
Span = tuple[int, int]


def check_ports(spec: LoadBalancerSpec) -> Iterator[Fault]:
    for path, service in service_paths(spec):
        yield from _reserved(spec, service, path)
        yield from _redirect(service, path)
        yield from _circles(spec, service, path)
        yield from _repeated_servers(service, path)
    yield from _taken(spec)


def _spans(service: Service, path: str) -> Iterator[tuple[str, Span]]:
    given, listened = len(service.ports), service.listened()
    for index, span in enumerate(listened):
        yield (f"{path}.ports.{index}" if index < given else f"{path}.redirectHttp"), span


def _taken(spec: LoadBalancerSpec) -> Iterator[Fault]:
    seen: dict[str, list[tuple[str, Span]]] = {}
    for path, service in service_paths(spec):
        listeners = seen.setdefault(service.vip, [])
        for at, span in _spans(service, path):
            for other, taken in listeners:
                if _meet(span, taken):
                    advice = f"is taken on {service.vip} by {other}; choose another port or VIP"
                    fields = (at, other, f"{path}.vip", f"{_service_of(other)}.vip")
                    yield Fault(at, advice, rests_on=fields)
            listeners.append((at, span))


def _service_of(path: str) -> str:
    return ".".join(path.split(".")[:2])


def _meet(one: Span, other: Span) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _reserved(spec: LoadBalancerSpec, service: Service, path: str) -> Iterator[Fault]:
    reserved = {SSH_PORT: "the members' SSH"}
    if spec.stats:
        reserved[spec.stats.port] = "the stats page (stats.port)"
    for at, (first, last) in _spans(service, path):
        for port, owner in reserved.items():
            if first <= port <= last:
                advice = f"{port} is for {owner}; choose another port"
                yield Fault(at, advice, rests_on=(at, "stats.port"))


def _redirect(service: Service, path: str) -> Iterator[Fault]:
    spans = service.listened()[: len(service.ports)]
    if service.redirect_http and not any(low <= _HTTPS_PORT <= high for low, high in spans):
        advice = f"browsers would be sent to port {_HTTPS_PORT}, which the service does not have"
        fields = (f"{path}.redirectHttp", f"{path}.ports")
        yield Fault(f"{path}.redirectHttp", advice, rests_on=fields)


def _circles(spec: LoadBalancerSpec, service: Service, path: str) -> Iterator[Fault]:
    """A server that is the balancer itself would be asked again and again."""
    own = {nic.address.ip for _, _, nic in nics(spec)}
    floating = {vip.address for vip in spec.vips}
    for at, server in server_paths(service, path):
        if server.address in floating:
            advice = f"{server.address} is a VIP of this load balancer; name the server behind it"
            yield Fault(f"{at}.address", advice, rests_on=(f"{at}.address", "vips"))
        elif server.address in own:
            fields = (f"{at}.address", "members", "stats.port")
            yield Fault(f"{at}.address", _own_advice(spec, server), rests_on=fields)


def _own_advice(spec: LoadBalancerSpec, server: Server) -> str:
    if spec.stats and server.port in (spec.stats.port, None):
        return (
            f"{server.address}:{spec.stats.port} is the stats page of a member; it must not be "
            "reachable through a service"
        )
    return f"{server.address} is a member of this load balancer; name another machine"


def _repeated_servers(service: Service, path: str) -> Iterator[Fault]:
    seen: dict[tuple[str, IPv4Address, int | None], str] = {}
    for at, server in server_paths(service, path):
        pool = at.rpartition(".servers.")[0]
        other = seen.setdefault((pool, server.address, server.port), at)
        if other != at:
            advice = f"is the same address and port as {other}; give it more weight instead"
            yield Fault(at, advice, rests_on=(at, other))
