"""SIGKILL at bad moments: started again, everything ends with exactly the VMs asked for."""

import pytest

from lab.leftovers import leftovers
from lab.service import Service
from lab.stack.options import API, WORKER
from lab.stack.stack import Stack
from lab.waiting import wait_until
from tests.e2e.documents import cluster
from tests.e2e.world import vm_names

PATIENCE = 240


def kill_at(stack: Stack, service: Service, name: str, part: str, reason: str, count: int) -> None:
    """Kills the part at the moment when the history has `count` events of that reason."""

    def reached() -> bool:
        found = [event for event in service.events(name) if event["reason"] == reason]
        return len(found) >= count

    assert wait_until(reached, PATIENCE), f"{name} never had {count} {reason}"
    stack.kill(part)
    stack.restart(part)


CREATION = (
    ("CreationRequested", 1),
    ("NodePlanned", 3),
    ("MachineCreated", 1),
    ("LeaderElected", 1),
    ("NodeReady", 1),
    ("NodeReady", 3),
)


@pytest.mark.timeout(PATIENCE + 60)
def test_a_worker_killed_six_times_in_a_creation(stack: Stack, service: Service) -> None:
    operation = service.create(cluster("phoenix", masters=3, workers=2))
    for reason, count in CREATION:
        kill_at(stack, service, "phoenix", WORKER, reason, count)
    service.succeeded(operation, PATIENCE)
    assert len(vm_names(stack, "phoenix")) == 5
    service.succeeded(service.delete("phoenix"), PATIENCE)
    assert not leftovers(stack)


@pytest.mark.timeout(PATIENCE + 60)
def test_a_worker_killed_six_times_while_scaling(stack: Stack, service: Service) -> None:
    service.succeeded(service.create(cluster("tide", workers=1)))
    growing = service.resize("tide", "workers", size=4)
    for reason, count in (("ChangeRequested", 1), ("MachineCreated", 3), ("NodeReady", 4)):
        kill_at(stack, service, "tide", WORKER, reason, count)
    service.succeeded(growing, PATIENCE)
    assert len(vm_names(stack, "tide")) == 5
    shrinking = service.resize("tide", "workers", size=1)
    for reason, count in (("NodeRemovalPlanned", 1), ("NodeRetired", 1), ("NodeRemoved", 1)):
        kill_at(stack, service, "tide", WORKER, reason, count)
    service.succeeded(shrinking, PATIENCE)
    assert len(vm_names(stack, "tide")) == 2
    service.succeeded(service.delete("tide"), PATIENCE)
    assert not leftovers(stack)


@pytest.mark.timeout(PATIENCE + 60)
def test_an_api_killed_twice_in_a_creation(stack: Stack, service: Service) -> None:
    operation = service.create(cluster("deaf", masters=3, workers=1))
    kill_at(stack, service, "deaf", API, "CreationRequested", 1)
    kill_at(stack, service, "deaf", API, "LeaderElected", 1)
    service.succeeded(operation, PATIENCE)
    assert len(vm_names(stack, "deaf")) == 4
    service.succeeded(service.delete("deaf"), PATIENCE)
    assert not leftovers(stack)
