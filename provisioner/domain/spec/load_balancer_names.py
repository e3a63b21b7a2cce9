"""Names and places within a load balancer's document."""

from collections.abc import Iterable, Iterator

from provisioner.domain.faults import Fault
from provisioner.domain.spec.load_balancer import LoadBalancerSpec
from provisioner.domain.spec.load_balancer_services import Server, Service


def repeated(names: Iterable[tuple[str, str]]) -> Iterator[Fault]:
    """Of names with their fields: a fault for each that came before."""
    seen: dict[str, str] = {}
    for path, name in names:
        if name in seen:
            advice = f"{name!r} is the name of another one; choose another name"
            yield Fault(path, advice, rests_on=(path, seen[name]))
        seen.setdefault(name, path)


def unknown(path: str, name: str, known: Iterable[str], holder: str) -> Iterator[Fault]:
    """`holder`: the field whose items have the names."""
    names = sorted(set(known))
    if name not in names:
        advice = f"{name!r} is none of {holder}: {', '.join(names) or 'there is none'}"
        yield Fault(path, advice, rests_on=(path, holder))


def service_paths(spec: LoadBalancerSpec) -> Iterator[tuple[str, Service]]:
    for index, service in enumerate(spec.services):
        yield f"services.{index}", service


def server_paths(service: Service, path: str) -> Iterator[tuple[str, Server]]:
    for number, pool in enumerate(service.pools):
        for index, server in enumerate(pool.servers):
            yield f"{path}.pools.{number}.servers.{index}", server
