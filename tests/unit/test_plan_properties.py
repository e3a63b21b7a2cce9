"""What a plan promises whatever the world looks like."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.domain.clusters import CERTIFICATES, desired
from provisioner.domain.nodes import Loss, Phase
from provisioner.domain.planning.plan import Plan
from provisioner.domain.planning.planner import plan
from provisioner.domain.planning.quorum import quorum
from provisioner.domain.planning.wishes import Desired, Room
from provisioner.domain.spec.cluster import CONTROL_PLANE
from tests.unit.documents import cluster_spec
from tests.unit.world import DEADLINES, LIMITS, World

REPAIRED = (Loss.GONE, Loss.OFF)
VINTAGES = st.sampled_from(["", "", "a", "b"])
CLOCKS = (
    "work_started_at",
    "clone_started_at",
    "powered_on_at",
    "addressed_at",
    "contacted_at",
    "join_requested_at",
    "join_granted_at",
    "reported_ready_at",
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    size = draw(st.sampled_from([1, 3, 5]))
    pools = {f"pool{n}": draw(st.integers(0, 5)) for n in range(draw(st.integers(0, 2)))}
    spec = cluster_spec(control_plane=size, pools=pools)
    deleting = draw(st.booleans()) and draw(st.booleans())
    world = World(desired(spec, generation=2, epoch=2, deleting=deleting))
    world.desired = _of_vintages(draw, world.desired)
    if draw(st.booleans()):
        world.finish(CERTIFICATES)
    for group in [CONTROL_PLANE, *pools, "forgotten"]:
        for _ in range(draw(st.integers(0, 6))):
            _put(draw, world, group)
        if draw(st.integers(0, 4)) == 0:
            world.rooms[group] = Room(free=draw(st.integers(0, 3)), reason="no address")
    world.now += timedelta(seconds=draw(st.integers(0, 90)))
    return world


def _of_vintages(draw: st.DrawFn, asked: Desired) -> Desired:
    """The only one that votes can't be replaced, which is told elsewhere."""
    replaceable = [wish for wish in asked.groups if not wish.core or wish.size > 1]
    groups = (
        wish.model_copy(update={"vintage": draw(VINTAGES)}) if wish in replaceable else wish
        for wish in asked.groups
    )
    return asked.model_copy(update={"groups": tuple(groups)})


def _put(draw: st.DrawFn, world: World, group: str) -> None:
    phase = draw(st.sampled_from(list(Phase)))
    reached = draw(st.integers(0, len(CLOCKS)))
    clocks = {
        clock: world.now + timedelta(seconds=index) for index, clock in enumerate(CLOCKS[:reached])
    }
    ended = phase in (Phase.REMOVING, Phase.GONE)
    lost = draw(st.sampled_from([None, None, *Loss])) if phase is Phase.READY else None
    world.put(
        group=group,
        phase=phase,
        epoch=draw(st.integers(1, 2)),
        vintage=draw(VINTAGES),
        attempt=draw(st.integers(1, 3)),
        chosen=draw(st.integers(0, 4)) == 0,
        failure=draw(st.sampled_from([None, "it broke"])) if ended else None,
        hopeless=draw(st.booleans()),
        ready_at=world.now if phase is Phase.READY or (ended and draw(st.booleans())) else None,
        lost=lost,
        lost_at=world.now if lost else None,
        repaired_at=world.now if ended and draw(st.integers(0, 3)) == 0 else None,
        **clocks,
    )


@given(worlds())
def test_the_same_world_gets_the_same_plan(world: World) -> None:
    assert world.plan() == plan(world.desired, world.observed(), DEADLINES, LIMITS)


@given(worlds())
def test_a_group_never_gets_more_than_its_size(world: World) -> None:
    made = world.plan()
    gone = {removal.node for removal in made.remove}
    for wish in world.desired.groups:
        kept = [node for node in world.alive(wish.name) if node.id not in gone]
        new = [node for node in made.create if node.group == wish.name]
        assert len(new) == 0 or len(kept) + len(new) <= wish.size


@given(worlds())
def test_new_nodes_find_room(world: World) -> None:
    made = world.plan()
    for group, room in world.rooms.items():
        assert sum(node.group == group for node in made.create) <= room.free


@given(worlds())
def test_a_core_group_never_falls_below_its_quorum(world: World) -> None:
    if world.desired.deleting:
        return
    gone = {removal.node for removal in world.plan().remove}
    voting = [n for n in world.members(CONTROL_PLANE) if n.ready_at]
    leaving = [node for node in voting if node.id in gone]
    left = sum(node.serves for node in voting if node.id not in gone)
    assert len(leaving) <= 1
    if leaving:
        assert sum(node.serves for node in voting) >= quorum(len(voting))
        assert left >= quorum(len(voting) - 1) >= 1
        assert all(node.phase is Phase.READY for node in voting)


@given(worlds())
def test_nobody_joins_without_a_quorum_nor_while_a_member_leaves(world: World) -> None:
    made = world.plan()
    voting = [n for n in world.members(CONTROL_PLANE) if n.ready_at]
    gone = {removal.node for removal in made.remove}
    if made.grant:
        assert sum(n.serves and n.id not in gone for n in voting) >= quorum(len(voting))
    if any(world.nodes[node].group == CONTROL_PLANE for node in made.grant):
        assert all(node.phase is Phase.READY and node.id not in gone for node in voting)


@given(worlds())
def test_repairs_stay_within_their_limits(world: World) -> None:
    made = world.plan()
    repaired = [world.nodes[one.node] for one in made.remove if one.repair]
    before = sum(1 for node in world.nodes.values() if node.repaired_at)
    total = sum(wish.size for wish in world.desired.groups)
    assert not repaired or before + len(repaired) <= max(3, total // 10)
    assert len({node.group for node in repaired}) == len(repaired)
    for node in repaired:
        assert node.lost in REPAIRED
        ready = [n for n in world.members(node.group) if n.phase is Phase.READY]
        assert sum(1 for n in ready if n.lost) <= max(1, len(ready) * 40 // 100)


@given(worlds())
def test_a_repair_is_held_back_or_begun_never_both(world: World) -> None:
    made = world.plan()
    assert not {one.node for one in made.held} & {one.node for one in made.remove}


@given(worlds(), st.text())
def test_nothing_is_repaired_while_the_vcenter_is_sick(world: World, reason: str) -> None:
    world.sick = f"sick: {reason}"
    assert not any(removal.repair for removal in world.plan().remove)


@given(worlds())
def test_only_living_nodes_are_removed_and_each_once(world: World) -> None:
    removed = [removal.node for removal in world.plan().remove]
    assert len(removed) == len(set(removed))
    assert all(world.nodes[node].alive for node in removed)


@given(worlds())
def test_no_workflow_starts_for_a_node_that_goes(world: World) -> None:
    made = world.plan()
    assert not set(made.start) & {removal.node for removal in made.remove}


@given(worlds())
def test_masters_join_one_at_a_time(world: World) -> None:
    made = world.plan()
    gone = {removal.node for removal in made.remove}
    joining = [
        node
        for node in world.alive(CONTROL_PLANE)
        if node.join_granted_at and node.phase is Phase.CREATING and node.id not in gone
    ]
    granted = [node for node in made.grant if world.nodes[node].group == CONTROL_PLANE]
    assert len(granted) + (len(joining) if granted else 0) <= 1


ANSWERS = st.fixed_dictionaries(
    {
        "configuration": st.sampled_from(["r1", "r2"]),
        "answered": st.sampled_from([None, "r1", "r2"]),
        "misconfigured": st.sampled_from([None, "refused: line 3"]),
    }
)


@given(worlds(), st.lists(ANSWERS, min_size=40, max_size=40))
def test_what_guests_answer_decides_of_no_machine(
    world: World, given_answers: list[dict[str, str | None]]
) -> None:
    silent = world.plan()
    for node, answer in zip(list(world.nodes), given_answers, strict=False):
        world.change(node, configured_at=world.now, **answer)
    heard = world.plan()
    said = {"tasks", "settled", "next_deadline"}
    assert heard.model_dump(exclude=said) == silent.model_dump(exclude=said)
    assert silent.settled or not heard.settled


def unhindered(world: World) -> World:
    """Nothing is in the way: no lack of addresses, no failures, nobody half-made."""
    world.rooms.clear()
    for node in list(world.nodes.values()):
        phase = Phase.GONE if node.phase is Phase.CREATING else node.phase
        world.change(node.id, phase=phase, failure=None, lost=None)
    return world


@given(worlds())
def test_it_converges(world: World) -> None:
    unhindered(world).settle()
    for wish in world.desired.groups:
        wanted = 0 if world.desired.deleting else wish.size
        assert len(world.alive(wish.name)) == wanted
    assert not world.alive("forgotten")


@given(worlds())
def test_a_settled_world_stays_as_it_is(world: World) -> None:
    unhindered(world).settle()
    again = world.plan()
    assert again == Plan(settled=True, gone=world.desired.deleting)


@given(worlds(), st.sampled_from([(False, 3), (True, 1)]))
def test_failing_for_ever_ends_after_three_attempts_or_one_without_hope(
    world: World, how: tuple[bool, int]
) -> None:
    hopeless, attempts = how
    world = World(world.desired.model_copy(update={"deleting": False}))
    world.finish(CERTIFICATES)
    for _ in range(12):
        world.record(world.plan())
        for node in [n for n in world.nodes.values() if n.alive]:
            world.change(node.id, failure="it broke", hopeless=hopeless)
    made = world.plan()
    world.record(made)
    assert not world.plan().create
    for wish in world.desired.groups:
        assert len(world.members(wish.name)) <= attempts * wish.size


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(REPAIRED), st.integers(0, 4))))
def test_losses_now_and_then_are_all_mended(losses: list[tuple[int, Loss, int]]) -> None:
    spec = cluster_spec(control_plane=3, pools={"pool1": 7})
    world = World(desired(spec, generation=1, epoch=1, deleting=False), established=True)
    world.settle()
    for index, lost, looks in losses[:3]:
        alive = [*world.alive(CONTROL_PLANE), *world.alive("pool1")]
        victim = alive[index % len(alive)]
        if _is_bearable(world, victim.group):
            world.change(victim.id, lost=lost, lost_at=world.now)
        for _ in range(looks):
            world.step()
        world.now += timedelta(minutes=21)
    world.settle(looks=20)
    assert [len(world.alive(group)) for group in (CONTROL_PLANE, "pool1")] == [3, 7]
    assert not any(node.lost for node in world.nodes.values() if node.alive)


def _is_bearable(world: World, group: str) -> bool:
    """One loss more in that group can still be mended without anybody."""
    members = world.members(group)
    if group == CONTROL_PLANE:
        return len(members) == 3 and all(node.serves for node in members)
    return sum(node.missed for node in members) < 2
