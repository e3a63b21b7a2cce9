"""A node that fails is replaced three times, with the reasons kept; then its group is short."""

from datetime import timedelta

import pytest

from provisioner.domain.clusters import CERTIFICATES, desired
from provisioner.domain.nodes import Phase
from provisioner.domain.planning.plan import NewNode
from provisioner.domain.planning.wishes import Room
from provisioner.domain.spec.cluster import CONTROL_PLANE
from tests.unit.documents import cluster_spec
from tests.unit.world import DEADLINES, World


@pytest.fixture
def world() -> World:
    """Three masters ready, one worker wanted."""
    made = World(desired(cluster_spec(pools={"pool1": 1}), generation=1, epoch=1, deleting=False))
    made.finish(CERTIFICATES)
    for _ in range(3):
        made.ready(CONTROL_PLANE)
    return made


def fail_attempts(world: World, count: int) -> None:
    for attempt in range(1, count + 1):
        world.record(world.plan())
        (node,) = world.alive("pool1")
        world.change(node.id, failure=f"no luck {attempt}")
    world.record(world.plan())


def retried(world: World) -> None:
    world.desired = world.desired.model_copy(update={"epoch": world.desired.epoch + 1})


def test_a_node_past_its_deadline_goes_with_step_and_time(world: World) -> None:
    node = world.put(group="pool1", powered_on_at=world.now)
    world.now += timedelta(seconds=59)
    assert not world.plan().remove
    assert world.plan().next_deadline == world.now + timedelta(seconds=1)
    world.now += timedelta(seconds=1)
    (removal,) = world.plan().remove
    assert (removal.node, removal.failed, removal.retire) == (node.id, True, False)
    assert removal.reason == "still waiting for an address after 60 s"


def test_a_reported_failure_needs_no_deadline(world: World) -> None:
    world.put(group="pool1", powered_on_at=world.now, failure="kubeadm failed")
    (removal,) = world.plan().remove
    assert removal.reason == "kubeadm failed"


def test_the_next_attempt_takes_the_place_of_the_failed_one(world: World) -> None:
    node = world.put(group="pool1", failure="it broke")
    assert world.plan().create == (NewNode(group="pool1", attempt=2, replaces=node.id),)


def test_a_failure_is_answered_once(world: World) -> None:
    fail_attempts(world, 1)
    assert [node.attempt for node in world.alive("pool1")] == [2]
    assert not world.plan().create


def test_after_three_attempts_the_group_is_short_for_the_last_reason(world: World) -> None:
    fail_attempts(world, 3)
    made = world.plan()
    assert not made.create
    (shortage,) = made.shortages
    assert (shortage.group, shortage.missing, shortage.final) == ("pool1", 1, True)
    assert shortage.reason.startswith("3 attempts failed")
    assert shortage.reason.endswith("no luck 3")


def test_what_any_attempt_would_end_with_is_told_at_once(world: World) -> None:
    node = world.put(group="pool1", failure="no privilege", hopeless=True)
    made = world.plan()
    assert not made.create
    (shortage,) = made.shortages
    assert (shortage.missing, shortage.final) == (1, True)
    assert shortage.reason == f"{node.name} failed, as any other attempt would: no privilege"
    retried(world)
    assert world.plan().create == (NewNode(group="pool1", attempt=1),)


def test_hope_ends_with_the_attempt_that_has_none(world: World) -> None:
    world.put(group="pool1", failure="no room")
    world.record(world.plan())
    (second,) = world.alive("pool1")
    world.change(second.id, failure="no privilege", hopeless=True)
    made = world.plan()
    assert (len(made.shortages), made.create) == (1, ())


def test_the_rest_goes_on(world: World) -> None:
    fail_attempts(world, 3)
    bigger = cluster_spec(pools={"pool1": 1, "pool2": 2})
    world.desired = desired(bigger, generation=1, epoch=1, deleting=False)
    assert [new.group for new in world.plan().create] == ["pool2", "pool2"]


def test_attempts_are_counted_afresh_after_a_retry(world: World) -> None:
    fail_attempts(world, 3)
    retried(world)
    assert world.plan().create == (NewNode(group="pool1", attempt=1),)
    assert not world.plan().shortages


def test_a_node_of_an_earlier_epoch_that_fails_is_answered_afresh(world: World) -> None:
    fail_attempts(world, 2)
    retried(world)
    (node,) = world.alive("pool1")
    assert node.attempt == 3
    world.change(node.id, failure="it broke")
    assert world.plan().create == (NewNode(group="pool1", attempt=1),)


def test_a_leader_that_dies_is_replaced_while_its_followers_wait(world: World) -> None:
    for node in world.members(CONTROL_PLANE):
        world.change(node.id, phase=Phase.CREATING, ready_at=None, contacted_at=world.now)
    leader, *followers = (node.id for node in world.members(CONTROL_PLANE))
    world.change(leader, leading_at=world.now)
    world.now += timedelta(seconds=60)
    made = world.plan()
    assert [removal.node for removal in made.remove] == [leader]
    assert NewNode(group=CONTROL_PLANE, attempt=2, replaces=leader) in made.create
    world.record(made)
    world.now += timedelta(hours=1)
    assert not world.plan().remove
    assert {node.id for node in world.alive(CONTROL_PLANE)} > set(followers)


def test_no_room_is_a_shortage_with_its_reason(world: World) -> None:
    world.rooms["pool1"] = Room(free=0, reason="no free address")
    made = world.plan()
    assert not made.create
    (shortage,) = made.shortages
    assert (shortage.missing, shortage.reason, shortage.final) == (1, "no free address", True)


def test_no_room_is_not_final_while_a_node_makes_some(world: World) -> None:
    world.rooms["pool1"] = Room(free=0, reason="no free address")
    world.put(group="pool1", phase=Phase.REMOVING, failure="it broke")
    (shortage,) = world.plan().shortages
    assert not shortage.final


def test_what_there_is_room_for_is_made(world: World) -> None:
    bigger = cluster_spec(pools={"pool1": 5})
    world.desired = desired(bigger, generation=1, epoch=1, deleting=False)
    world.rooms["pool1"] = Room(free=2, reason="no free address")
    made = world.plan()
    assert len(made.create) == 2
    assert [shortage.missing for shortage in made.shortages] == [3]


def test_masters_that_fall_silent_before_anybody_leads_are_given_up() -> None:
    world = World(desired(cluster_spec(control_plane=3), generation=1, epoch=1, deleting=False))
    world.finish(CERTIFICATES)
    world.step()
    for node in world.nodes.values():
        world.change(node.id, phase=Phase.CREATING, ready_at=None, leading_at=None)
        world.change(node.id, contacted_at=world.now, join_requested_at=None)
    world.now += timedelta(seconds=DEADLINES.bootstrap + 1)
    masters = {node.id for node in world.alive(CONTROL_PLANE)}
    assert masters <= {removal.node for removal in world.plan().remove}


def test_a_dead_leaders_companions_get_their_own_time() -> None:
    world = World(desired(cluster_spec(control_plane=3), generation=1, epoch=1, deleting=False))
    world.finish(CERTIFICATES)
    old = {"contacted_at": world.now, "addressed_at": world.now}
    companions = [world.put(group=CONTROL_PLANE, **old) for _ in range(2)]
    dead = world.put(group=CONTROL_PLANE, **old, leading_at=world.now, failure="it broke")
    world.now += timedelta(seconds=DEADLINES.bootstrap * 3)
    world.change(dead.id, phase=Phase.GONE, gone_at=world.now)
    removed = {removal.node for removal in world.plan().remove}
    assert not removed & {node.id for node in companions}
