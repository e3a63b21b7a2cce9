"""A pair is told of a cluster's nodes before they start, and whenever they change."""

import pytest

from provisioner.domain.clusters import CERTIFICATES, ENDPOINT, ENDPOINT_PAIR, desired
from provisioner.domain.conditions import status, stuck
from provisioner.domain.nodes import Phase
from provisioner.domain.planning.tasks import TRY_AGAIN_AFTER
from provisioner.domain.planning.wishes import Desired, TaskState
from provisioner.domain.spec.cluster import CONTROL_PLANE, ClusterSpec
from tests.unit.documents import cluster_document
from tests.unit.world import World


def wanted(generation: int = 1, masters: int = 1, **changes: object) -> Desired:
    endpoint = {"mode": "loadBalancer", "loadBalancer": "edge", "vip": "10.2.0.201"} | changes
    control_plane = {"size": masters, "template": "debian-12-node"}
    body = cluster_document(endpoint=endpoint, controlPlane=control_plane)
    spec = ClusterSpec.model_validate(body)
    return desired(spec, generation=generation, epoch=generation, deleting=False)


@pytest.fixture
def settled() -> World:
    world = World(wanted())
    world.settle()
    return world


def names(world: World) -> set[str]:
    return {wish.name for wish in world.plan().tasks}


def test_the_pair_is_waited_for_and_told_before_the_first_vm() -> None:
    world = World(wanted())
    world.record(world.plan())
    assert names(world) == {CERTIFICATES, ENDPOINT_PAIR, ENDPOINT}
    world.finish(CERTIFICATES)
    assert world.plan().start == ()
    world.finish(ENDPOINT_PAIR)
    assert world.plan().start


def test_whoever_comes_or_goes_is_news(settled: World) -> None:
    assert names(settled) == set()
    settled.desired = wanted(2, masters=3)
    settled.record(settled.plan())
    assert ENDPOINT in names(settled)
    settled.settle()
    [one, *_] = settled.alive(CONTROL_PLANE)
    settled.change(one.id, phase=Phase.REMOVING)
    assert ENDPOINT in names(settled)


def test_an_address_is_news_and_a_worker_is_none(settled: World) -> None:
    [worker, *_] = settled.alive("pool1")
    settled.change(worker.id, address="10.0.0.99")
    assert names(settled) == set()
    [master] = settled.alive(CONTROL_PLANE)
    settled.change(master.id, address="10.0.0.98")
    assert names(settled) == {ENDPOINT}


def test_workers_are_news_where_services_lead_to_them() -> None:
    world = World(wanted(services=[{"name": "web", "ports": [443]}]))
    world.settle()
    [worker, *_] = world.alive("pool1")
    world.change(worker.id, address="10.0.0.99")
    assert names(world) == {ENDPOINT}


def test_what_is_to_be_carried_is_news(settled: World) -> None:
    settled.desired = wanted(ports=[6443, 443])
    assert names(settled) == {ENDPOINT}


def test_nothing_is_settled_before_the_pair_knows(settled: World) -> None:
    settled.desired = wanted(ports=[6443, 443])
    assert not settled.plan().settled
    settled.finish(ENDPOINT)
    assert settled.plan().settled


def test_a_pair_that_can_not_be_told_is_on_show_and_tried_again(settled: World) -> None:
    settled.desired = wanted(ports=[6443, 443])
    settled.finish(ENDPOINT, TaskState.FAILED, "it is full")
    made, seen = settled.plan(), settled.observed()
    assert made.tasks == ()
    assert stuck(settled.desired, seen, made) == "endpoint: it is full"
    assert status(settled.desired, seen, made) == "DEGRADED"
    settled.now += TRY_AGAIN_AFTER
    assert names(settled) == {ENDPOINT}


def test_a_cluster_that_goes_tells_nobody_until_it_is_gone(settled: World) -> None:
    settled.desired = settled.desired.model_copy(update={"deleting": True})
    assert names(settled) == set()
