"""Members without a core: each stands by itself, and one lost is replaced beside the other."""

from datetime import timedelta

import pytest

from provisioner.domain.nodes import Loss, Phase
from provisioner.domain.planning.tasks import RESTART_AFTER
from provisioner.domain.planning.wishes import Desired, GroupWish, TaskState, TaskWish, When
from tests.unit.world import World

GROUPS = (GroupWish(name="left", size=1), GroupWish(name="right", size=1))


def desired(told: str = "first") -> Desired:
    tasks = (
        TaskWish(name="configuration", when=When.WITH_MEMBERS, key=told),
        TaskWish(name="configured", when=When.WITH_ANSWERS),
    )
    return Desired(generation=1, epoch=1, groups=GROUPS, tasks=tasks)


@pytest.fixture
def pair() -> World:
    made = World(desired())
    made.settle()
    return made


def test_both_are_made_at_once() -> None:
    assert {new.group for new in World(desired()).plan().create} == {"left", "right"}


def test_what_members_are_told_follows_what_is_to_be_told(pair: World) -> None:
    assert pair.plan().tasks == ()
    pair.desired = desired("second")
    assert [wish.name for wish in pair.plan().tasks] == ["configuration"]


def test_what_is_being_told_is_told_to_its_end_before_what_came_since(pair: World) -> None:
    pair.desired = desired("second")
    pair.finish("configuration", TaskState.RUNNING)
    pair.desired = desired("third")
    assert pair.plan().tasks == ()
    pair.now += RESTART_AFTER
    assert [wish.name for wish in pair.plan().tasks] == ["configuration"]


def test_a_lost_member_is_replaced_though_it_is_all_of_its_group(pair: World) -> None:
    [lost] = pair.alive("left")
    pair.change(lost.id, lost=Loss.GONE, lost_at=pair.now)
    assert [removal.node for removal in pair.plan().remove] == [lost.id]
    pair.settle()
    assert [node.replaces for node in pair.alive("left")] == [lost.id]


def test_both_may_be_lost_and_come_back(pair: World) -> None:
    for name in ("left", "right"):
        [lost] = pair.alive(name)
        pair.change(lost.id, lost=Loss.OFF, lost_at=pair.now)
    pair.now += timedelta(seconds=61)
    assert pair.plan().held


def test_who_stays_is_told_when_the_other_one_is_gone(pair: World) -> None:
    """Until then that one is to be heard."""
    pair.desired = pair.desired.model_copy(update={"groups": GROUPS[:1]})
    pair.record(pair.plan())
    assert pair.plan().tasks == ()
    [leaving] = [node for node in pair.nodes.values() if node.phase is Phase.REMOVING]
    pair.change(leaving.id, phase=Phase.GONE)
    assert [wish.name for wish in pair.plan().tasks] == ["configuration"]


SILENT = {"configuration": "r2", "answered": "r1"}
REFUSED = {"configuration": "r2", "answered": "r2", "misconfigured": "refused: line 3"}


@pytest.mark.parametrize("answer", [SILENT, REFUSED])
def test_a_member_that_does_not_take_what_it_is_told_holds_nobody_up(
    pair: World, answer: dict[str, str]
) -> None:
    """The other one is replaced, and made anew, and the whole may go."""
    [silent], [lost] = pair.alive("left"), pair.alive("right")
    pair.change(silent.id, configured_at=pair.now, **answer)
    pair.change(lost.id, lost=Loss.GONE, lost_at=pair.now)
    for _ in range(4):
        pair.step()
    assert [node.replaces for node in pair.alive("right")] == [lost.id]
    groups = tuple(one.model_copy(update={"vintage": "next"}) for one in GROUPS)
    pair.desired = pair.desired.model_copy(update={"groups": groups})
    assert pair.settle()
    assert {node.vintage for node in pair.nodes.values() if node.alive} == {"next"}


@pytest.mark.parametrize("answer", [SILENT, REFUSED])
def test_a_pair_is_deleted_whatever_its_members_say(pair: World, answer: dict[str, str]) -> None:
    for node in list(pair.nodes):
        pair.change(node, configured_at=pair.now, **answer)
    pair.desired = pair.desired.model_copy(update={"deleting": True, "tasks": ()})
    assert pair.settle().gone
