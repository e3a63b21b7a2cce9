"""Machines vanish behind our back, and masters come and go: the cluster stays as asked for."""

import re

import pytest

from lab.hands import destroy, extra_config, power_off
from lab.leftovers import leftovers
from lab.service import Service
from lab.stack.stack import Stack
from lab.waiting import wait_until
from provisioner.bootstrap import node_configuration
from provisioner.bootstrap.channel import CONFIGURATION
from tests.e2e.documents import cluster
from tests.e2e.world import vm_names

PATIENCE = 240


def of(service: Service, name: str, role: str) -> list[str]:
    return sorted(node["name"] for node in service.nodes(name) if node["role"] == role)


def reasons(service: Service, name: str) -> list[str]:
    return [event["reason"] for event in service.events(name)]


def becomes(service: Service, name: str, status: str) -> None:
    reached = wait_until(lambda: service.cluster(name)["status"] == status, PATIENCE)
    assert reached, service.events(name)


def peers(stack: Stack, master: str) -> list[str]:
    """With whom its VM says that it carries the address."""
    carried = extra_config(stack.servers.vcenter, master)[CONFIGURATION]
    text = node_configuration.read(carried).sections["keepalived"]
    return re.findall(r"^ +(\d+\.[\d.]+)$", text, re.MULTILINE)


def replaced(stack: Stack, service: Service, name: str, victim: str) -> None:
    """Its VM is destroyed by hand; another takes its place without anybody asking."""
    destroy(stack.servers.vcenter, victim)
    gone = wait_until(lambda: victim not in [n["name"] for n in service.nodes(name)], PATIENCE)
    assert gone, service.events(name)
    becomes(service, name, "RUNNING")


@pytest.mark.timeout(PATIENCE + 60)
def test_a_worker_and_the_leader_are_replaced(stack: Stack, service: Service) -> None:
    service.succeeded(service.create(cluster("mend", masters=3, workers=2)), PATIENCE)
    replaced(stack, service, "mend", of(service, "mend", "worker")[0])
    elected = [one for one in service.events("mend") if one["reason"] == "LeaderElected"]
    replaced(stack, service, "mend", str(elected[0]["node"]))
    assert len(of(service, "mend", "master")) == 3
    assert len(of(service, "mend", "worker")) == 2
    assert len(vm_names(stack, "mend")) == 5
    assert reasons(service, "mend").count("LeaderElected") == 1
    service.succeeded(service.delete("mend"), PATIENCE)
    assert not leftovers(stack)


@pytest.mark.timeout(2 * PATIENCE)
def test_masters_come_and_go_one_by_one(stack: Stack, service: Service) -> None:
    service.succeeded(service.create(cluster("pulse", masters=1, workers=1)), PATIENCE)
    first = of(service, "pulse", "master")
    for size in (3, 5, 3, 1):
        change = {"controlPlane": {"size": size}}
        service.succeeded(service.ask("PATCH", "/clusters/pulse", change), PATIENCE)
        assert len(of(service, "pulse", "master")) == size
        assert len(vm_names(stack, "pulse")) == size + 1
        assert len(peers(stack, first[0])) == size - 1
    assert of(service, "pulse", "master") == first
    assert service.cluster("pulse")["status"] == "RUNNING"
    leaving = [e["reason"] for e in service.events("pulse") if "Remov" in e["reason"]]
    assert leaving == ["NodeRemovalPlanned", "NodeRemoved"] * 4
    assert reasons(service, "pulse").count("LeaderElected") == 1
    assert "NodeMisconfigured" not in reasons(service, "pulse")
    service.succeeded(service.delete("pulse"), PATIENCE)


@pytest.mark.timeout(PATIENCE + 60)
def test_too_many_lost_at_once_are_left_to_people(stack: Stack, service: Service) -> None:
    service.succeeded(service.create(cluster("storm", masters=1, workers=3)), PATIENCE)
    workers = of(service, "storm", "worker")
    for victim in workers[:2]:
        power_off(stack.servers.vcenter, victim)
    told = wait_until(lambda: "ReplacementHeldBack" in reasons(service, "storm"), PATIENCE)
    assert told, service.events("storm")
    becomes(service, "storm", "DEGRADED")
    conditions = {one["type"]: one for one in service.cluster("storm")["conditions"]}
    message = conditions["GroupReady/workers"]["message"]
    assert "held back: 2 of 3 members of workers are lost" in message
    assert of(service, "storm", "worker") == workers
    service.succeeded(service.delete("storm"), PATIENCE)
