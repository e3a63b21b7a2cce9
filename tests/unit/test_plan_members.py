"""Who the core's members are is told to all of them, and what they make of it is heard."""

from datetime import timedelta

import pytest

from provisioner.domain.clusters import CONFIGURED, MEMBERS, desired
from provisioner.domain.conditions import Condition, Status, conditions, status, stuck
from provisioner.domain.nodes import NodeFacts, Phase
from provisioner.domain.planning.answers import PATIENCE, is_late
from provisioner.domain.planning.wishes import TaskState
from provisioner.domain.spec.cluster import CONTROL_PLANE
from tests.unit.documents import cluster_spec
from tests.unit.world import World


@pytest.fixture
def world() -> World:
    """Three masters, as asked."""
    made = World(desired(cluster_spec(pools={}), generation=1, epoch=1, deleting=False))
    made.settle()
    return made


def names(world: World) -> list[str]:
    return [wish.name for wish in world.plan().tasks]


def ask(world: World, masters: int) -> None:
    spec = cluster_spec(control_plane=masters, pools={})
    world.desired = desired(spec, generation=2, epoch=2, deleting=False)


def test_a_newcomers_address_is_told_before_it_may_join(world: World) -> None:
    ask(world, 5)
    world.record(world.plan())
    assert names(world) == []
    new = world.alive(CONTROL_PLANE)[-1]
    world.change(new.id, address="10.0.0.77", contacted_at=world.now)
    assert names(world) == [MEMBERS]
    world.finish(MEMBERS)
    assert names(world) == []
    world.change(new.id, address="10.0.0.78")
    assert names(world) == [MEMBERS]


def test_it_holds_nobody_up(world: World) -> None:
    ask(world, 5)
    world.record(world.plan())
    new = world.alive(CONTROL_PLANE)[-1]
    world.change(new.id, address="10.0.0.77", join_requested_at=world.now)
    world.finish(MEMBERS, TaskState.RUNNING)
    assert world.plan().grant == (new.id,)


def test_one_that_leaves_is_a_peer_until_it_is_gone(world: World) -> None:
    """It may carry the address, and must be heard as long as it does."""
    ask(world, 1)
    world.record(world.plan())
    assert names(world) == []
    [leaving] = [n for n in world.nodes.values() if n.phase is Phase.REMOVING]
    world.change(leaving.id, phase=Phase.GONE)
    assert names(world) == [MEMBERS]


def test_it_is_as_asked_when_all_were_told(world: World) -> None:
    world.change(world.alive(CONTROL_PLANE)[0].id, address="10.0.0.77")
    assert not world.plan().settled
    world.finish(MEMBERS)
    assert world.plan().settled


def test_a_failure_is_repeated_after_a_while(world: World) -> None:
    world.change(world.alive(CONTROL_PLANE)[0].id, address="10.0.0.77")
    world.finish(MEMBERS, TaskState.FAILED, "no vCenter")
    assert names(world) == []
    world.now += timedelta(minutes=5)
    assert names(world) == [MEMBERS]


def test_workers_are_nobodys_peers(world: World) -> None:
    world.put(group="pool1", address="10.0.0.77")
    assert MEMBERS not in names(world)


def test_who_was_told_is_asked_less_and_less_often_until_it_answers(world: World) -> None:
    [node, *_] = world.alive(CONTROL_PLANE)
    world.change(node.id, configuration="abc", configured_at=world.now)
    assert names(world) == []
    for seconds in (2, 3, 5, 5, 15, 30, 60, 30, 300, 300):
        assert world.plan().next_deadline == world.now + timedelta(seconds=seconds)
        world.now += timedelta(seconds=seconds)
        assert names(world) == [CONFIGURED]
        world.finish(CONFIGURED)
        assert names(world) == []
    world.now += timedelta(days=2, minutes=2)
    assert names(world) == [CONFIGURED]
    world.finish(CONFIGURED)
    assert world.plan().next_deadline == world.now + timedelta(minutes=3)
    world.change(node.id, answered="abc")
    assert world.plan().next_deadline is None


def test_who_has_answered_is_asked_no_more(world: World) -> None:
    [node, *_] = world.alive(CONTROL_PLANE)
    world.change(node.id, configuration="abc", configured_at=world.now, answered="abc")
    world.now += timedelta(hours=1)
    assert (names(world), world.plan().next_deadline) == ([], None)
    world.change(node.id, configuration="def")
    assert names(world) == [CONFIGURED]


def test_who_has_refused_is_asked_again(world: World) -> None:
    """It tries until nothing is in the way any more."""
    [node, *_] = world.alive(CONTROL_PLANE)
    told = {"configuration": "abc", "configured_at": world.now, "answered": "abc"}
    world.change(node.id, **told, misconfigured="refused: there is no nft")
    world.now += timedelta(seconds=30)
    assert names(world) == [CONFIGURED]
    world.finish(CONFIGURED)
    assert world.plan().next_deadline == world.now + timedelta(seconds=30)
    world.change(node.id, misconfigured=None)
    assert world.plan().next_deadline is None


def test_a_refused_configuration_is_a_condition(world: World) -> None:
    [node, *_] = world.alive(CONTROL_PLANE)
    found = conditions(world.desired, world.observed(), world.plan())
    assert "NodesConfigured" not in {one.type for one in found}
    world.change(node.id, configured_at=world.now, misconfigured="refused: line 3")
    condition = configured(world)
    assert (condition.status, condition.message) == ("False", f"{node.name}: refused: line 3")


def told(world: World, node: NodeFacts, **answer: object) -> None:
    world.change(node.id, configuration="r2", configured_at=world.now, **answer)


def how(world: World) -> tuple[Status, str | None]:
    made = world.plan()
    found = world.desired, world.observed(), made
    return status(*found), stuck(*found)


def test_it_is_as_asked_when_all_have_taken_what_they_were_told(world: World) -> None:
    [node, *_] = world.alive(CONTROL_PLANE)
    world.served = True
    told(world, node, answered="r1")
    assert how(world) == (Status.UPDATING, None)
    assert "has not taken" in configured(world).message
    world.change(node.id, answered="r2")
    assert (how(world), world.plan().settled) == ((Status.RUNNING, None), True)
    assert configured(world).status == "True"


def test_a_refusal_degrades_and_tells_why(world: World) -> None:
    [node, *_] = world.alive(CONTROL_PLANE)
    told(world, node, answered="r2", misconfigured="refused: line 3")
    assert how(world) == (Status.DEGRADED, f"{node.name}: refused: line 3")
    world.change(node.id, misconfigured=None)
    assert how(world) == (Status.RUNNING, None)


def test_what_was_refused_before_is_forgiven_who_is_told_anew(world: World) -> None:
    """The old refusal says nothing of what comes."""
    [node, other, *_] = world.alive(CONTROL_PLANE)
    told(world, node, answered="r2", misconfigured="refused: line 3")
    world.change(other.id, address="10.0.0.77")
    assert names(world) == [MEMBERS]
    assert how(world)[1] is None


def test_one_that_is_not_that_far_is_waited_for(world: World) -> None:
    [node, *_] = world.alive(CONTROL_PLANE)
    told(world, node, misconfigured="waiting: written but not in force")
    assert how(world)[1] is None
    assert not world.plan().settled


def test_who_was_told_while_it_was_made_is_asked_when_it_is_ready(world: World) -> None:
    [node, *_] = world.alive(CONTROL_PLANE)
    told(world, node)
    world.now += timedelta(hours=1)
    world.change(node.id, ready_at=world.now)
    assert names(world) == []
    assert world.plan().next_deadline == world.now + timedelta(seconds=2)
    late = is_late(world.nodes[node.id], world.now + PATIENCE)
    assert (is_late(world.nodes[node.id], world.now), late) == (False, True)


def configured(world: World) -> Condition:
    found = conditions(world.desired, world.observed(), world.plan())
    return next(one for one in found if one.type == "NodesConfigured")


def test_one_that_is_not_ready_yet_is_not_asked(world: World) -> None:
    world.put(group=CONTROL_PLANE, phase=Phase.REMOVING, configured_at=world.now)
    world.now += timedelta(hours=1)
    assert CONFIGURED not in names(world)
