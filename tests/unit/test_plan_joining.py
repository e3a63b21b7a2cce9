"""Who may begin, and who may join when."""

from datetime import timedelta

import pytest

from provisioner.domain.add_ons import LOAD_BALANCER
from provisioner.domain.clusters import CERTIFICATES, JOIN_TOKENS, desired
from provisioner.domain.nodes import NodeFacts, Phase
from provisioner.domain.planning.plan import Plan
from provisioner.domain.planning.wishes import TaskState
from provisioner.domain.spec.cluster import CONTROL_PLANE
from tests.unit.documents import cluster_spec
from tests.unit.world import World


@pytest.fixture
def world() -> World:
    """Three masters and two workers wanted."""
    made = World(desired(cluster_spec(), generation=1, epoch=1, deleting=False))
    made.finish(CERTIFICATES)
    return made


def task_names(made: Plan) -> list[str]:
    return [wish.name for wish in made.tasks]


def asking(world: World, group: str) -> NodeFacts:
    world.now += timedelta(seconds=1)
    return world.put(group=group, contacted_at=world.now, join_requested_at=world.now)


def test_all_nodes_get_their_identity_at_once(world: World) -> None:
    world.tasks.clear()
    made = world.plan()
    assert [new.group for new in made.create] == [CONTROL_PLANE] * 3 + ["pool1"] * 2
    assert task_names(made) == [CERTIFICATES]


def test_nothing_starts_before_the_certificates_are_there(world: World) -> None:
    world.record(world.plan())
    world.finish(CERTIFICATES, TaskState.RUNNING)
    assert not world.plan().start
    world.finish(CERTIFICATES)
    assert len(world.plan().start) == 5


def test_what_was_started_is_started_again_only_after_a_while(world: World) -> None:
    node = world.put(group="pool1", work_started_at=world.now)
    assert node.id not in world.plan().start
    world.now += timedelta(minutes=5)
    assert node.id in world.plan().start


def test_nobody_joins_before_a_master_is_ready(world: World) -> None:
    asking(world, CONTROL_PLANE)
    asking(world, "pool1")
    assert world.plan().grant == ()


def test_masters_join_one_by_one_in_the_order_they_asked(world: World) -> None:
    world.ready(CONTROL_PLANE)
    first, second = asking(world, CONTROL_PLANE), asking(world, CONTROL_PLANE)
    assert world.plan().grant == (first.id,)
    world.record(world.plan())
    assert world.plan().grant == ()
    world.join(first.id)
    assert world.plan().grant == (second.id,)


def test_a_master_that_fails_to_join_lets_the_next_one_in_once_it_is_gone(world: World) -> None:
    """It may have become a member: what it is a member of changes one by one."""
    world.ready(CONTROL_PLANE)
    first, second = asking(world, CONTROL_PLANE), asking(world, CONTROL_PLANE)
    world.change(first.id, join_granted_at=world.now, failure="it broke")
    assert world.plan().grant == ()
    world.record(world.plan())
    assert world.plan().grant == ()
    world.change(first.id, phase=Phase.GONE)
    assert world.plan().grant == (second.id,)


def test_workers_join_all_at_once_and_beside_a_master(world: World) -> None:
    world.ready(CONTROL_PLANE)
    waiting = [asking(world, "pool1"), asking(world, CONTROL_PLANE), asking(world, "pool1")]
    assert set(world.plan().grant) == {node.id for node in waiting}


def test_tickets_are_made_for_those_whose_turn_it_is(world: World) -> None:
    world.ready(CONTROL_PLANE)
    assert JOIN_TOKENS not in task_names(world.plan())
    asking(world, "pool1")
    assert JOIN_TOKENS in task_names(world.plan())


def test_tickets_are_made_again_until_each_has_one(world: World) -> None:
    world.ready(CONTROL_PLANE)
    node = asking(world, "pool1")
    world.record(world.plan())
    world.finish(JOIN_TOKENS)
    assert JOIN_TOKENS in task_names(world.plan())
    world.change(node.id, join_token_at=world.now)
    assert JOIN_TOKENS not in task_names(world.plan())


@pytest.mark.parametrize("state", [TaskState.RUNNING, TaskState.FAILED])
def test_tickets_under_way_or_refused_are_asked_for_again_after_a_while(
    world: World, state: TaskState
) -> None:
    world.ready(CONTROL_PLANE)
    world.put(group="pool1", join_granted_at=world.now)
    world.finish(JOIN_TOKENS, state)
    assert JOIN_TOKENS not in task_names(world.plan())
    world.change("n001", join_granted_at=world.now + timedelta(minutes=5))
    world.now += timedelta(minutes=5)
    assert JOIN_TOKENS in task_names(world.plan())


def test_the_load_balancer_waits_for_the_first_master(world: World) -> None:
    assert LOAD_BALANCER not in task_names(world.plan())
    world.ready(CONTROL_PLANE)
    assert LOAD_BALANCER in task_names(world.plan())


def test_changed_load_balancer_ranges_are_applied_again(world: World) -> None:
    world.ready(CONTROL_PLANE)
    world.finish(LOAD_BALANCER)
    assert LOAD_BALANCER not in task_names(world.plan())
    spec = cluster_spec().model_copy(update={"load_balancer_ranges": ("10.0.0.200/29",)})
    world.desired = desired(spec, generation=2, epoch=2, deleting=False)
    assert LOAD_BALANCER in task_names(world.plan())


def test_a_failed_task_waits_for_a_retry(world: World) -> None:
    world.finish(CERTIFICATES, TaskState.FAILED, "no Vault")
    assert CERTIFICATES not in task_names(world.plan())
    world.desired = world.desired.model_copy(update={"epoch": 2})
    assert CERTIFICATES in task_names(world.plan())


def test_a_follower_whose_leader_was_slow_has_its_full_time(world: World) -> None:
    follower = world.put(group=CONTROL_PLANE, contacted_at=world.now)
    world.now += timedelta(hours=1)
    world.ready(CONTROL_PLANE)
    assert not world.plan().remove
    world.now += timedelta(seconds=60)
    assert [removal.node for removal in world.plan().remove] == [follower.id]


def test_it_is_settled_when_every_node_is_ready_and_every_task_done(world: World) -> None:
    made = world.settle()
    assert made == Plan(settled=True)
    assert all(node.phase is Phase.READY for node in world.nodes.values())
