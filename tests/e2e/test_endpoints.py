"""Clusters whose API a load balancer pair carries: it leads to their masters, whoever they are."""

import re
from typing import Any

import pytest

from lab.hands import destroy, extra_config
from lab.leftovers import leftovers
from lab.service import Service
from lab.stack.options import WORKER
from lab.stack.stack import Stack
from lab.waiting import wait_until
from provisioner.bootstrap import node_configuration
from provisioner.bootstrap.channel import CONFIGURATION
from provisioner.edge.layout import HAPROXY
from tests.e2e.documents import cluster, load_balancer
from tests.e2e.test_killed_processes import kill_at
from tests.e2e.world import vm_names

PATIENCE = 240


def pair(name: str) -> dict[str, Any]:
    """With VIPs for clusters."""
    document = load_balancer(name, vips=[], services=[])
    address = document["members"][0]["networks"]["management"]["address"]
    network = address.rpartition(".")[0]
    return document | {"serviceRange": f"{network}.100-{network}.109"}


def balanced(name: str, on: str, **changes: Any) -> dict[str, Any]:
    return cluster(name, **changes) | {"endpoint": {"mode": "loadBalancer", "loadBalancer": on}}


def masters(service: Service, name: str) -> list[str]:
    return sorted(node["name"] for node in service.nodes(name) if node["role"] == "master")


def led_to(stack: Stack, member: str, name: str) -> list[str] | None:
    """The servers that the member's VM carries for the cluster; None if it knows no such one."""
    carried = extra_config(stack.servers.vcenter, member)[CONFIGURATION]
    text = node_configuration.read(carried).sections[HAPROXY]
    found = re.search(rf"^backend cluster:{name}\.servers\n((?:    .*\n)*)", text, re.MULTILINE)
    return sorted(re.findall(r"^    server (\S+) ", found[1], re.MULTILINE)) if found else None


def follows(stack: Stack, service: Service, balancer: str, name: str) -> None:
    """Both members come to know exactly the cluster's masters."""
    for member in vm_names(stack, balancer):

        def knows(member: str = member) -> bool:
            return led_to(stack, member, name) == masters(service, name)

        told = f"{led_to(stack, member, name)} for {masters(service, name)}"
        assert wait_until(knows, PATIENCE), told


def reasons(service: Service, name: str) -> list[str]:
    return [event["reason"] for event in service.events(name)]


@pytest.mark.timeout(4 * PATIENCE)
def test_two_clusters_on_one_pair(stack: Stack, service: Service) -> None:
    service.succeeded(service.ask("POST", "/loadbalancers", pair("shore")), PATIENCE)
    members = vm_names(stack, "shore")
    creations = [
        service.create(balanced("bay", "shore")),
        service.create(balanced("cape", "shore")),
    ]
    for creation in creations:
        service.succeeded(creation, PATIENCE)
    assert service.ask("GET", "/loadbalancers/shore")["clusters"] == ["bay", "cape"]
    for name in ("bay", "cape"):
        follows(stack, service, "shore", name)

    change = {"controlPlane": {"size": 3}}
    service.succeeded(service.ask("PATCH", "/clusters/bay", change), PATIENCE)
    assert len(masters(service, "bay")) == 3
    follows(stack, service, "shore", "bay")

    victim = masters(service, "bay")[0]
    destroy(stack.servers.vcenter, victim)
    gone = wait_until(lambda: victim not in masters(service, "bay"), PATIENCE)
    assert gone, service.events("bay")
    whole = wait_until(lambda: service.cluster("bay")["status"] == "RUNNING", PATIENCE)
    assert whole, service.events("bay")
    follows(stack, service, "shore", "bay")
    assert "EndpointChanged" in reasons(service, "bay")

    service.succeeded(service.delete("bay"), PATIENCE)
    for member in vm_names(stack, "shore"):
        assert wait_until(lambda at=member: led_to(stack, at, "bay") is None, PATIENCE)
        assert led_to(stack, member, "cape") == masters(service, "cape")
    service.succeeded(service.delete("cape"), PATIENCE)
    assert vm_names(stack, "shore") == members
    service.succeeded(service.ask("DELETE", "/loadbalancers/shore"), PATIENCE)
    assert not leftovers(stack)


@pytest.mark.timeout(4 * PATIENCE)
def test_a_worker_killed_whenever_the_pair_is_told(stack: Stack, service: Service) -> None:
    made = service.ask("POST", "/loadbalancers", pair("reef"))
    creation = service.create(balanced("atoll", "reef", masters=3, workers=0))
    for count in (1, 3):
        kill_at(stack, service, "atoll", WORKER, "EndpointChanged", count)
    service.succeeded(made, PATIENCE)
    service.succeeded(creation, PATIENCE)
    follows(stack, service, "reef", "atoll")
    deletion = service.delete("atoll")
    kill_at(stack, service, "atoll", WORKER, "DeletionRequested", 1)
    service.succeeded(deletion, PATIENCE)
    service.succeeded(service.ask("DELETE", "/loadbalancers/reef"), PATIENCE)
    assert not leftovers(stack)
