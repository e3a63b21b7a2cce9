"""Guests misbehave; the cluster comes about all the same, or says why not."""

from lab.service import Service
from lab.stack.stack import Stack
from tests.e2e.documents import cluster
from tests.e2e.guests import Guests
from tests.e2e.world import vm_names


def test_a_node_without_an_address_is_replaced(
    stack: Stack, service: Service, guests: Guests
) -> None:
    guests.misbehave("mute-workers-*", "no-ip")
    service.succeeded(service.create(cluster("mute")))
    failed = [event for event in service.events("mute") if event["reason"] == "NodeFailed"]
    assert "waiting for an address" in failed[0]["message"]
    assert len(vm_names(stack, "mute")) == 2
    service.succeeded(service.delete("mute"))


def test_a_leader_that_dies_is_succeeded(stack: Stack, service: Service, guests: Guests) -> None:
    guests.misbehave("heir-control-plane-*", "dies-after-leader")
    service.succeeded(service.create(cluster("heir", masters=3, workers=1)))
    elected = [event for event in service.events("heir") if event["reason"] == "LeaderElected"]
    assert len(elected) == 2
    assert len(vm_names(stack, "heir")) == 4
    service.succeeded(service.delete("heir"))


def test_a_worker_that_always_fails_degrades_and_a_retry_mends(
    service: Service, guests: Guests
) -> None:
    guests.misbehave("lame-workers-*", "kubeadm-fails", count=3)
    ended = service.outcome(service.create(cluster("lame", workers=1)))
    assert (ended["state"], service.cluster("lame")["status"]) == ("failed", "DEGRADED")
    assert "kubeadm" in ended["reason"]
    guests.behave()
    service.succeeded(service.ask("POST", "/clusters/lame/retry"))
    assert service.cluster("lame")["status"] == "RUNNING"
    service.succeeded(service.delete("lame"))


def test_a_control_plane_that_cannot_be_made_fails_with_the_step(
    service: Service, guests: Guests
) -> None:
    guests.misbehave("hopeless-control-plane-*", "kubeadm-fails", count=9)
    ended = service.outcome(service.create(cluster("hopeless", workers=1)))
    assert service.cluster("hopeless")["status"] == "FAILED"
    assert "kubeadm" in ended["reason"]
    service.succeeded(service.delete("hopeless"))
