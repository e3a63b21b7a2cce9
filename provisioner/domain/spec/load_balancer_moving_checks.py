"""Services whose ports move together: one server for all of them, and nothing that parts them."""

from collections.abc import Iterator

from provisioner.domain.faults import Fault
from provisioner.domain.spec.load_balancer_names import server_paths, unknown
from provisioner.domain.spec.load_balancer_services import Service


def check_moving(service: Service, path: str) -> Iterator[Fault]:
    moves = f"{path}.moveTogether"
    if service.active is not None:
        names = (server.name for server in service.servers())
        yield from unknown(f"{path}.active", service.active, names, f"{path}.pools")
    if service.move_together:
        yield from _servers(service, path, moves)
        yield from _ports(service, path, moves)
        yield from _mode(service, path, moves)
    elif service.active is not None:
        advice = "is for services with moveTogether"
        yield Fault(f"{path}.active", advice, rests_on=(f"{path}.active", moves))


def _servers(service: Service, path: str, moves: str) -> Iterator[Fault]:
    if len(service.servers()) < 2:
        advice = "needs a server and another that stands by"
        yield Fault(f"{path}.pools", advice, rests_on=(f"{path}.pools", moves))
    for at, server in server_paths(service, path):
        if server.port is not None and len(service.ports) > 1:
            advice = "would take what comes to all ports; leave it out"
            yield Fault(f"{at}.port", advice, rests_on=(f"{at}.port", f"{path}.ports", moves))


def _ports(service: Service, path: str, moves: str) -> Iterator[Fault]:
    for index, ports in enumerate(service.ports):
        if isinstance(ports, str):
            at = f"{path}.ports.{index}"
            yield Fault(at, "every port is asked; list them one by one", rests_on=(at, moves))
    for index, pool in enumerate(service.pools):
        if pool.check.type == "http":
            at = f"{path}.pools.{index}.check.type"
            yield Fault(at, "every port is asked, so tcp or tls", rests_on=(at, moves))


def _mode(service: Service, path: str, moves: str) -> Iterator[Fault]:
    for field, wrong in (("rules", bool(service.rules)), ("mode", service.mode != "tcp")):
        if wrong:
            advice = "ports that move together are tcp, and have no rules"
            yield Fault(f"{path}.{field}", advice, rests_on=(f"{path}.{field}", moves))
