"""Load balancer pairs on the whole stack: stand-in members, everything else as it is."""

from typing import Any

from lab.leftovers import leftovers
from lab.service import Service
from lab.stack.stack import Stack
from tests.e2e.documents import load_balancer
from tests.e2e.world import vm_names

PATIENCE = 240


def made(service: Service, document: dict[str, Any]) -> dict[str, Any]:
    service.succeeded(service.ask("POST", "/loadbalancers", document), PATIENCE)
    return service.ask("GET", f"/loadbalancers/{document['name']}")


def deleted(service: Service, name: str) -> None:
    service.succeeded(service.ask("DELETE", f"/loadbalancers/{name}"), PATIENCE)


def test_a_pair_is_made_changed_and_deleted_without_a_trace(stack: Stack, service: Service) -> None:
    found = made(service, load_balancer("front"))
    assert (found["status"], found["nodes"]) == ("RUNNING", {"ready": 2, "total": 2})
    assert len(vm_names(stack, "front")) == 2
    deleted(service, "front")
    assert not vm_names(stack, "front")
    assert not leftovers(stack)
