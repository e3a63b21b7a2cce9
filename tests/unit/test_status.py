"""One word for how a resource is, and conditions that say why."""

from collections.abc import Callable

import pytest

from provisioner.domain.add_ons import LOAD_BALANCER
from provisioner.domain.clusters import CERTIFICATES, RELEASE, desired
from provisioner.domain.conditions import Condition, Status, conditions, status, stuck
from provisioner.domain.nodes import Phase
from provisioner.domain.planning.tasks import TRY_AGAIN_AFTER
from provisioner.domain.planning.wishes import Room, TaskState
from provisioner.domain.spec.cluster import CONTROL_PLANE
from tests.unit.documents import cluster_spec
from tests.unit.world import World


@pytest.fixture
def world() -> World:
    """Three masters, one worker, as asked."""
    made = World(desired(cluster_spec(pools={"pool1": 1}), generation=1, epoch=1, deleting=False))
    for task in made.desired.tasks:
        made.finish(task.name)
    for group in (CONTROL_PLANE, CONTROL_PLANE, CONTROL_PLANE, "pool1"):
        made.ready(group)
    made.established = made.served = True
    return made


def word(world: World) -> Status:
    return status(world.desired, world.observed(), world.plan())


def shown(world: World) -> dict[str, Condition]:
    found = conditions(world.desired, world.observed(), world.plan())
    return {condition.type: condition for condition in found}


def lose_for_good(world: World, group: str) -> None:
    node = world.alive(group)[0]
    world.change(node.id, phase=Phase.GONE, ready_at=None, attempt=3, failure="it broke")


def test_running_is_as_asked(world: World) -> None:
    assert word(world) is Status.RUNNING
    assert {one.status for one in shown(world).values()} == {"True"}
    assert shown(world)["AsAsked"].reason == "Settled"


def test_creating_until_it_was_as_asked_once(world: World) -> None:
    world.served = False
    world.change(world.alive("pool1")[0].id, phase=Phase.CREATING)
    assert word(world) is Status.CREATING
    world.served = True
    assert word(world) is Status.UPDATING


def test_degraded_when_a_worker_cannot_be_made(world: World) -> None:
    lose_for_good(world, "pool1")
    for served in (True, False):
        world.served = served
        assert word(world) is Status.DEGRADED
    assert "it broke" in shown(world)["GroupReady/pool1"].message
    assert shown(world)["AsAsked"].reason == "Stuck"


def test_failed_when_a_control_plane_cannot_be_made(world: World) -> None:
    lose_for_good(world, CONTROL_PLANE)
    world.established = world.served = False
    assert word(world) is Status.FAILED


def test_degraded_when_a_control_plane_loses_a_member_later(world: World) -> None:
    lose_for_good(world, CONTROL_PLANE)
    assert word(world) is Status.DEGRADED


@pytest.mark.parametrize(
    ("task", "expected"), [(CERTIFICATES, Status.FAILED), (LOAD_BALANCER, Status.DEGRADED)]
)
def test_a_task_that_failed_is_told(world: World, task: str, expected: Status) -> None:
    world.finish(task, TaskState.FAILED, "no way")
    assert word(world) is expected
    assert shown(world)["AsAsked"].message == f"{task}: no way"
    condition = shown(world)[f"TaskDone/{task}"]
    assert (condition.status, condition.reason, condition.message) == ("False", "Failed", "no way")


def test_a_failure_of_an_earlier_epoch_is_no_reason_any_more(world: World) -> None:
    world.finish(LOAD_BALANCER, TaskState.FAILED, "no way")
    world.desired = world.desired.model_copy(update={"epoch": 2})
    assert stuck(world.desired, world.observed(), world.plan()) is None
    assert word(world) is Status.UPDATING


def test_a_task_whose_input_changed_is_not_done(world: World) -> None:
    world.tasks[LOAD_BALANCER] = world.tasks[LOAD_BALANCER].model_copy(update={"key": "old"})
    condition = shown(world)[f"TaskDone/{LOAD_BALANCER}"]
    assert (condition.status, condition.reason) == ("False", "Waiting")


def test_all_reasons_of_a_group_are_told(world: World) -> None:
    wanted = cluster_spec(pools={"pool1": 3})
    world.desired = desired(wanted, generation=1, epoch=1, deleting=False)
    lose_for_good(world, "pool1")
    world.rooms["pool1"] = Room(free=0, reason="no free address")
    message = shown(world)["GroupReady/pool1"].message
    assert message.startswith("0 of 3 ready; 1 missing: 3 attempts failed")
    assert message.endswith("2 missing: no free address")


@pytest.mark.parametrize("spoil", [lose_for_good, None])
def test_deleting_whatever_else_is_wrong(
    world: World, spoil: Callable[[World, str], None] | None
) -> None:
    if spoil:
        spoil(world, CONTROL_PLANE)
    world.desired = desired(cluster_spec(), generation=1, epoch=2, deleting=True)
    assert word(world) is Status.DELETING


def test_deleted_when_nothing_is_left(world: World) -> None:
    world.nodes.clear()
    world.desired = desired(cluster_spec(), generation=1, epoch=2, deleting=True)
    world.finish(RELEASE)
    assert word(world) is Status.DELETED


def test_an_add_on_that_failed_is_tried_again_after_a_while_by_itself(world: World) -> None:
    world.finish(LOAD_BALANCER, TaskState.FAILED, "no way")
    assert LOAD_BALANCER not in {task.name for task in world.plan().tasks}
    world.now += TRY_AGAIN_AFTER
    assert LOAD_BALANCER in {task.name for task in world.plan().tasks}


def test_certificates_that_failed_wait_for_somebody(world: World) -> None:
    world.finish(CERTIFICATES, TaskState.FAILED, "no way")
    world.now += TRY_AGAIN_AFTER
    assert CERTIFICATES not in {task.name for task in world.plan().tasks}
