"""A member whose VM is gone or off is not counted as serving, and the status says so."""

import pytest

from provisioner.domain.clusters import desired
from provisioner.domain.conditions import Condition, Status, conditions, status, stuck
from provisioner.domain.nodes import Loss
from tests.unit.documents import cluster_spec
from tests.unit.world import World


@pytest.fixture
def world() -> World:
    """Three masters and three workers, as asked."""
    made = World(desired(cluster_spec(pools={"pool1": 3}), generation=1, epoch=1, deleting=False))
    for task in made.desired.tasks:
        made.finish(task.name)
    for group in ["control-plane"] * 3 + ["pool1"] * 3:
        made.ready(group)
    return made


def lose(world: World, group: str, count: int, lost: Loss = Loss.GONE) -> None:
    for node in world.alive(group)[:count]:
        world.change(node.id, lost=lost, lost_at=world.now)


def shown(world: World, group: str) -> Condition:
    found = conditions(world.desired, world.observed(), world.plan())
    return next(one for one in found if one.type == f"GroupReady/{group}")


def test_a_member_that_is_off_degrades_what_ran(world: World) -> None:
    assert status(world.desired, world.observed(), world.plan()) is Status.RUNNING
    lose(world, "pool1", 1, Loss.OFF)
    assert status(world.desired, world.observed(), world.plan()) is Status.DEGRADED
    assert shown(world, "pool1").status == "False"
    assert Loss.OFF in shown(world, "pool1").message


def test_what_will_pass_by_itself_ends_no_operation(world: World) -> None:
    lose(world, "pool1", 1, Loss.OFF)
    assert stuck(world.desired, world.observed(), world.plan()) is None
    world.sick = "the vCenter lab is unreachable"
    lose(world, "pool1", 1)
    assert stuck(world.desired, world.observed(), world.plan()) is None


def test_a_replacement_that_is_held_back_is_told_with_the_reason(world: World) -> None:
    lose(world, "pool1", 2)
    condition = shown(world, "pool1")
    assert condition.reason == "HeldBack"
    assert "2 of 3 members of pool1 are lost" in condition.message
    assert "held back" in (stuck(world.desired, world.observed(), world.plan()) or "")


def test_a_vm_that_was_moved_away_waits_for_a_human(world: World) -> None:
    lose(world, "pool1", 1, Loss.OUT_OF_SIGHT)
    assert world.plan().remove == ()
    assert "move it back" in (stuck(world.desired, world.observed(), world.plan()) or "")
