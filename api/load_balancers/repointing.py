"""Moving a service whose ports move together by hand."""

from provisioner.domain.load_balancers import AdminState, LoadBalancerDocument
from provisioner.domain.spec.document import Document, Label
from provisioner.domain.spec.load_balancer_services import Service
from provisioner.store.errors import Conflict, NotFound


class Repoint(Document):
    """`server`: who is to serve. Default: the next one that is not taken out."""

    server: Label | None = None


def repointed(known: LoadBalancerDocument, name: str, server: str | None) -> LoadBalancerDocument:
    """Raises NotFound, Conflict."""
    service = _service(known, name)
    if not service.move_together:
        raise Conflict(
            f"service {name} has no server of its own choice: only services with moveTogether "
            "are moved; take a server out instead: POST .../servers/{name}/actions/drain"
        )
    target = server or _next(service, known.server_states)
    _refuse_unfit(service, known.server_states, target)
    return known.with_active(name, target)


def _service(known: LoadBalancerDocument, name: str) -> Service:
    found = next((one for one in known.services if one.name == name), None)
    if found is None:
        names = ", ".join(one.name for one in known.services) or "none"
        raise NotFound(f"there is no service {name!r} in {known.name}; there are: {names}")
    return found


def _next(service: Service, states: dict[str, AdminState]) -> str:
    names = [server.name for server in service.servers()]
    after = names.index(service.active_server()) + 1
    for name in (*names[after:], *names[: after - 1]):
        if name not in states:
            return name
    raise Conflict(f"no other server of {service.name} may serve: all are taken out")


def _refuse_unfit(service: Service, states: dict[str, AdminState], target: str) -> None:
    names = [server.name for server in service.servers()]
    if target not in names:
        raise Conflict(
            f"{target!r} is no server of service {service.name}; there are: {', '.join(names)}"
        )
    if target in states:
        raise Conflict(
            f"server {target} is taken out ({states[target]}); let it in first: "
            f"POST .../servers/{target}/actions/ready"
        )
