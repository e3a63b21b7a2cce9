"""Lost members are replaced, one after the other, unless something speaks against it."""

from datetime import timedelta

import pytest

from provisioner.domain.clusters import desired
from provisioner.domain.nodes import Loss, NodeFacts, Phase
from provisioner.domain.planning.plan import NewNode
from provisioner.domain.planning.repairs import Remedy, remedy
from provisioner.domain.planning.wishes import Room
from provisioner.domain.replacement import Replacement
from provisioner.domain.spec.cluster import CONTROL_PLANE
from tests.unit.documents import cluster_spec
from tests.unit.world import LIMITS, World


def made(control_plane: int = 3, **pools: int) -> World:
    """As asked, established long ago."""
    spec = cluster_spec(control_plane=control_plane, pools=pools or {"pool1": 3})
    world = World(desired(spec, generation=1, epoch=1, deleting=False))
    world.established = world.served = True
    for group in world.desired.groups:
        for _ in range(group.size):
            node = world.ready(group.name, join_granted_at=world.now)
            world.change(node.id, address=f"10.0.0.{int(node.id[1:])}")
    for task in world.desired.tasks:
        world.finish(task.name)
    world.now += timedelta(days=1)
    assert world.plan().settled
    return world


@pytest.fixture
def world() -> World:
    return made()


def lose(world: World, group: str, count: int = 1, lost: Loss = Loss.GONE) -> list[NodeFacts]:
    found = [node for node in world.alive(group) if not node.lost][:count]
    for node in found:
        world.change(node.id, lost=lost, lost_at=world.now)
    return found


def replaced(world: World) -> list[str]:
    return [removal.node for removal in world.plan().remove if removal.repair]


def reasons(world: World) -> set[str]:
    return {one.reason for one in world.plan().held}


def test_a_vm_that_is_gone_is_replaced_at_once(world: World) -> None:
    [lost] = lose(world, "pool1")
    [removal] = world.plan().remove
    assert (removal.node, removal.repair, removal.retire) == (lost.id, True, False)
    world.record(world.plan())
    assert world.plan().create == (NewNode(group="pool1", replaces=lost.id),)
    world.settle()
    assert len(world.alive("pool1")) == 3


def test_a_vm_that_is_off_has_a_minute(world: World) -> None:
    [lost] = lose(world, "pool1", lost=Loss.OFF)
    assert replaced(world) == []
    assert world.plan().next_deadline == world.now + timedelta(seconds=60)
    world.now += timedelta(seconds=59)
    assert replaced(world) == []
    world.now += timedelta(seconds=1)
    assert replaced(world) == [lost.id]


def test_a_vm_that_came_back_stays(world: World) -> None:
    [lost] = lose(world, "pool1", lost=Loss.OFF)
    world.change(lost.id, lost=None, lost_at=None)
    world.now += timedelta(minutes=5)
    assert world.plan().settled


@pytest.mark.parametrize(
    ("lost", "seconds", "expected"),
    [
        (Loss.GONE, 0, Remedy.REPLACE),
        (Loss.OFF, 59, Remedy.WAIT),
        (Loss.OFF, 60, Remedy.REPLACE),
        (Loss.OUT_OF_SIGHT, 9999, Remedy.WAIT),
    ],
)
def test_what_helps(world: World, lost: Loss, seconds: int, expected: Remedy) -> None:
    [node] = lose(world, "pool1", lost=lost)
    now = world.now + timedelta(seconds=seconds)
    assert remedy(world.nodes[node.id], now, LIMITS) is expected


def test_one_of_a_group_at_a_time() -> None:
    world = made(pool1=10, pool2=10)
    first, second = lose(world, "pool1", 2)
    [other] = lose(world, "pool2")
    assert replaced(world) == [first.id, other.id]
    assert reasons(world) == {"another node of its group is being replaced"}
    for phase in (Phase.REMOVING, Phase.GONE):
        world.record(world.plan())
        world.change(first.id, phase=phase)
        assert second.id not in replaced(world)
    [successor] = [node for node in world.alive("pool1") if node.replaces == first.id]
    world.join(successor.id)
    assert second.id in replaced(world)


def test_no_other_goes_while_a_replacement_finds_no_room() -> None:
    world = made(pool1=10)
    [first, _] = lose(world, "pool1", 2)
    world.record(world.plan())
    world.change(first.id, phase=Phase.GONE)
    world.rooms["pool1"] = Room(free=0, reason="no free address")
    assert replaced(world) == []
    assert reasons(world) == {"another one of its group has no successor yet"}


def test_no_other_goes_when_a_replacement_failed_for_good() -> None:
    world = made(pool1=10)
    [first, _] = lose(world, "pool1", 2)
    world.record(world.plan())
    world.change(first.id, phase=Phase.GONE)
    world.record(world.plan())
    for _ in range(3):
        [new] = [node for node in world.alive("pool1") if node.phase is Phase.CREATING]
        world.change(new.id, failure="it broke")
        world.record(world.plan())
        world.change(new.id, phase=Phase.GONE)
    assert replaced(world) == []
    [held] = world.plan().held
    assert (held.final, held.reason) == (True, "the last new node of its group could not be made")


def test_growing_is_no_reason_to_wait(world: World) -> None:
    bigger = cluster_spec(pools={"pool1": 5})
    world.desired = desired(bigger, generation=2, epoch=2, deleting=False)
    world.record(world.plan())
    [lost] = lose(world, "pool1")
    assert replaced(world) == [lost.id]


@pytest.mark.parametrize(("size", "allowed"), [(1, 1), (2, 1), (3, 1), (5, 2), (10, 4), (11, 4)])
def test_too_many_lost_of_a_group_and_nothing_is_done(size: int, allowed: int) -> None:
    world = made(pool1=size, pool2=50)
    lose(world, "pool1", allowed)
    assert len(replaced(world)) == 1
    if size > allowed:
        lose(world, "pool1", 1)
        assert replaced(world) == []
        [held, *_] = world.plan().held
        assert held.final
        assert f"{allowed + 1} of {size} members of pool1 are lost" in held.reason


def test_too_many_lost_of_the_whole_and_nothing_is_done() -> None:
    world = made(1, **{f"pool{n}": 1 for n in range(4)})
    lose(world, "pool0")
    lose(world, "pool1")
    assert len(replaced(world)) == 2
    lose(world, "pool2")
    assert replaced(world) == []
    assert all("3 of 5 members of the whole are lost" in reason for reason in reasons(world))


@pytest.mark.parametrize(("size", "allowed"), [(6, 3), (60, 6)])
def test_no_more_than_three_or_a_tenth_an_hour(size: int, allowed: int) -> None:
    world = made(pool1=size)
    begun = world.now
    for _ in range(allowed):
        lose(world, "pool1")
        world.settle()
    lose(world, "pool1")
    assert replaced(world) == []
    assert reasons(world) == {f"no more than {allowed} nodes may be replaced within an hour"}
    assert world.plan().next_deadline == begun + timedelta(hours=1)
    world.now = begun + timedelta(hours=1)
    assert len(replaced(world)) == 1


def test_nothing_is_done_while_the_vcenter_is_sick(world: World) -> None:
    lose(world, "pool1")
    world.sick = "the vCenter lab is unreachable (no route)"
    assert replaced(world) == []
    assert reasons(world) == {world.sick}
    world.sick = None
    assert len(replaced(world)) == 1


def test_nothing_is_done_on_old_news(world: World) -> None:
    lose(world, "pool1")
    world.silent_since = world.now - timedelta(seconds=LIMITS.silence + 1)
    assert replaced(world) == []
    assert "no sign of life" in next(iter(reasons(world)))


def test_the_leader_is_replaced_and_its_successor_joins_the_others() -> None:
    world = made()
    leader = world.alive(CONTROL_PLANE)[0]
    world.change(leader.id, leading_at=world.now, lost=Loss.GONE, lost_at=world.now)
    world.record(world.plan())
    world.record(world.plan())
    [new] = [node for node in world.alive(CONTROL_PLANE) if node.replaces == leader.id]
    world.change(new.id, join_requested_at=world.now)
    assert world.plan().grant == ()
    world.change(leader.id, phase=Phase.GONE)
    assert world.plan().grant == (new.id,)


def test_a_second_master_is_lost_while_the_first_is_replaced() -> None:
    world = made()
    lose(world, CONTROL_PLANE)
    world.record(world.plan())
    lose(world, CONTROL_PLANE)
    assert replaced(world) == []
    assert "must, so none can be replaced" in next(iter(reasons(world)))


def test_without_a_quorum_no_master_is_replaced_and_nobody_joins() -> None:
    world = made()
    lose(world, CONTROL_PLANE, 2)
    waiting = world.put(group="pool1", join_requested_at=world.now)
    assert (replaced(world), world.plan().grant) == ([], ())
    held = world.plan().held
    assert {one.final for one in held} == {True}
    assert "1 of 3 members of control-plane serve and 2 must" in held[0].reason
    world.change(world.members(CONTROL_PLANE)[0].id, lost=None)
    assert waiting.id in world.plan().grant or waiting.id in {r.node for r in world.plan().remove}


def test_the_only_master_is_never_replaced() -> None:
    world = made(1)
    lose(world, CONTROL_PLANE)
    world.now += timedelta(days=1)
    assert replaced(world) == []
    assert "restore it from a backup" in next(iter(reasons(world)))


def test_a_master_that_joins_is_waited_for() -> None:
    world = made()
    bigger = cluster_spec(control_plane=5, pools={"pool1": 3})
    world.desired = desired(bigger, generation=2, epoch=2, deleting=False)
    world.put(group=CONTROL_PLANE, join_granted_at=world.now)
    lose(world, CONTROL_PLANE)
    assert replaced(world) == []
    assert "changes one by one" in next(iter(reasons(world)))


def test_a_group_that_does_not_vote_needs_one_that_serves() -> None:
    world = made(3)
    masters, *pools = world.desired.groups
    free = masters.model_copy(update={"voting": False})
    world.desired = world.desired.model_copy(update={"groups": (free, *pools)})
    world.limits = Replacement(unhealthy=100)
    lose(world, CONTROL_PLANE, 2)
    assert len(replaced(world)) == 1
    lose(world, CONTROL_PLANE)
    assert replaced(world) == []


def test_what_shrinks_sheds_its_lost_members_undrained(world: World) -> None:
    [_, lost, _] = world.alive("pool1")
    world.change(lost.id, lost=Loss.OFF, lost_at=world.now)
    smaller = cluster_spec(pools={"pool1": 2})
    world.desired = desired(smaller, generation=2, epoch=2, deleting=False)
    [removal] = world.plan().remove
    assert (removal.node, removal.retire, removal.repair) == (lost.id, False, False)


def test_all_masters_look_lost_and_nothing_is_begun_anew() -> None:
    world = made()
    for node in world.alive(CONTROL_PLANE):
        world.change(node.id, lost=Loss.GONE, lost_at=world.now)
    made_plan = world.plan()
    assert (made_plan.create, made_plan.remove, made_plan.start) == ((), (), ())
