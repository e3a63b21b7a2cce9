"""Members of another vintage are replaced: one at a time, and never while another one is away."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.domain.conditions import stuck
from provisioner.domain.nodes import Loss, Phase
from provisioner.domain.planning.plan import Plan
from provisioner.domain.planning.wishes import Desired, GroupWish, Room
from tests.unit.world import World

PAIR = ("left", "right")


def desired(*vintages: str, size: int = 1, core: bool = False) -> Desired:
    groups = (
        GroupWish(name=name, size=size, vintage=vintage, core=core and name == "left")
        for name, vintage in zip(PAIR, vintages, strict=True)
    )
    return Desired(generation=1, epoch=1, groups=tuple(groups))


@pytest.fixture
def pair() -> World:
    return made()


def made(size: int = 1, core: bool = False) -> World:
    world = World(desired("a", "a", size=size, core=core))
    world.settle()
    return world


def going(world: World) -> list[str]:
    return [world.nodes[removal.node].group for removal in world.plan().remove]


def test_members_are_of_the_vintage_they_were_made_with(pair: World) -> None:
    assert {node.vintage for node in pair.nodes.values()} == {"a"}
    assert pair.plan() == Plan(settled=True)


def test_one_goes_first_and_is_taken_out_of_service_before(pair: World) -> None:
    pair.desired = desired("b", "b")
    [removal] = pair.plan().remove
    assert pair.nodes[removal.node].group == "left"
    assert (removal.retire, removal.failed, removal.repair) == (True, False, False)
    assert "made anew" in removal.reason


def test_the_other_waits_until_the_new_one_serves(pair: World) -> None:
    pair.desired = desired("b", "b")
    pair.record(pair.plan())
    for _ in range(3):
        assert not pair.plan().remove
        pair.step()
        if len(pair.alive("left")) == 1 and pair.alive("left")[0].phase is Phase.CREATING:
            assert not pair.plan().remove
    pair.settle()
    assert {node.vintage for name in PAIR for node in pair.alive(name)} == {"b"}


def test_only_the_one_that_changed_is_replaced(pair: World) -> None:
    [stays] = pair.alive("left")
    pair.desired = desired("a", "b")
    pair.settle()
    assert pair.alive("left") == [stays]
    assert [node.vintage for node in pair.alive("right")] == ["b"]


def test_without_a_vintage_nothing_is_replaced(pair: World) -> None:
    pair.desired = desired("", "")
    assert pair.plan() == Plan(settled=True)


def test_it_waits_while_the_other_one_is_lost(pair: World) -> None:
    pair.desired = desired("b", "b")
    [lost] = pair.alive("right")
    pair.change(lost.id, lost=Loss.OFF, lost_at=pair.now)
    assert going(pair) == []
    pair.change(lost.id, lost=None, lost_at=None)
    assert going(pair) == ["left"]


def test_a_lost_member_comes_back_as_the_new_vintage(pair: World) -> None:
    pair.desired = desired("b", "b")
    [lost] = pair.alive("right")
    pair.change(lost.id, lost=Loss.GONE, lost_at=pair.now)
    assert going(pair) == ["right"]
    pair.settle()
    assert {node.vintage for name in PAIR for node in pair.alive(name)} == {"b"}


def test_what_serves_nobody_yet_is_made_anew_at_once() -> None:
    world = World(desired("a", "a"))
    world.record(world.plan())
    world.desired = desired("b", "b")
    assert sorted(going(world)) == ["left", "right"]
    assert not any(removal.retire for removal in world.plan().remove)
    world.settle()
    assert {node.vintage for name in PAIR for node in world.alive(name)} == {"b"}


def test_a_successor_that_fails_leaves_the_other_one_alone(pair: World) -> None:
    pair.desired = desired("b", "b")
    for _ in range(12):
        pair.record(pair.plan())
        for node in [one for one in pair.members("left") if one.vintage == "b" and one.alive]:
            pair.change(node.id, failure="it broke")
        for node in [one for one in pair.nodes.values() if one.phase is Phase.REMOVING]:
            pair.change(node.id, phase=Phase.GONE)
        pair.now += timedelta(seconds=1)
    assert pair.plan().shortages[0].final
    assert [node.serves for node in pair.alive("right")] == [True]
    assert not pair.plan().settled


def test_nobody_goes_whose_successor_has_no_place(pair: World) -> None:
    pair.desired = desired("b", "b")
    pair.rooms = {"left": Room(free=0, reason="there is no template", nowhere=True)}
    assert going(pair) == ["right"]
    pair.rooms["right"] = pair.rooms["left"]
    plan = pair.plan()
    assert not plan.remove
    assert {one.reason for one in plan.held} == {"there is no template"}
    assert not plan.settled


def test_an_address_that_the_member_itself_has_is_no_hindrance(pair: World) -> None:
    pair.desired = desired("b", "b")
    pair.rooms = {name: Room(free=0, reason="no free address") for name in PAIR}
    assert going(pair) == ["left"]


def test_nothing_is_replaced_at_a_vcenter_that_is_not_heard(pair: World) -> None:
    pair.desired = desired("b", "b")
    pair.sick = "the vCenter refused the password"
    plan = pair.plan()
    assert not plan.remove
    assert [one.reason for one in plan.held] == [pair.sick] * 2


def test_the_only_one_that_votes_is_never_given_up() -> None:
    world = made(core=True)
    world.desired = desired("b", "b", core=True)
    assert going(world) == ["right"]
    for _ in range(10):
        world.step()
    assert [node.vintage for node in world.alive("left")] == ["a"]
    [held] = world.plan().held
    assert held.final
    assert "to be made anew" in str(stuck(world.desired, world.observed(), world.plan()))


@st.composite
def changing(draw: st.DrawFn) -> tuple[World, list[tuple[str, str]]]:
    world = made(draw(st.integers(1, 2)))
    letters = st.sampled_from("abc")
    return world, draw(st.lists(st.tuples(letters, letters), min_size=1, max_size=3))


@given(changing(), st.data())
def test_whoever_serves_goes_only_while_all_others_do(
    given: tuple[World, list[tuple[str, str]]], data: st.DataObject
) -> None:
    """Through changes and losses in the middle of others."""
    world, vintages = given
    size = world.desired.groups[0].size
    for pair_of in vintages:
        world.desired = desired(*pair_of, size=size)
        for _ in range(data.draw(st.integers(0, 6))):
            if data.draw(st.integers(0, 5)) == 0:
                _lose_one(world, data)
            _check(world, world.plan())
            world.step()
    world.now += timedelta(hours=2)
    world.settle(looks=100)
    for wish in world.desired.groups:
        assert [node.vintage for node in world.alive(wish.name)] == [wish.vintage] * size


def _lose_one(world: World, data: st.DataObject) -> None:
    there = [node for node in world.nodes.values() if node.phase is not Phase.GONE]
    if there and all(node.serves for node in there):
        victim = data.draw(st.sampled_from([node.id for node in there]))
        world.change(victim, lost=Loss.GONE, lost_at=world.now)


def _check(world: World, plan: Plan) -> None:
    leaving = [world.nodes[removal.node] for removal in plan.remove]
    giving_up = [node for node in leaving if node.serves]
    assert len(giving_up) <= 1
    if giving_up:
        others = [n for n in world.nodes.values() if n.phase is not Phase.GONE]
        assert all(node.serves for node in others)
        assert len(others) == sum(wish.size for wish in world.desired.groups)
