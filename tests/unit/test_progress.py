"""How far an operation is: never backwards while it grows, 100 only at the end, times kept."""

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from provisioner.domain.add_ons import LOAD_BALANCER
from provisioner.domain.clusters import CERTIFICATES, CONFIGURED, RELEASE, desired
from provisioner.domain.nodes import NodeFacts, Phase
from provisioner.domain.planning.wishes import TaskState
from provisioner.domain.progress import MACHINES, OperationStep, percent, steps
from provisioner.domain.spec.cluster import CONTROL_PLANE
from tests.unit.documents import cluster_spec
from tests.unit.world import World

CLOCKS = (
    "clone_started_at",
    "powered_on_at",
    "addressed_at",
    "contacted_at",
    "join_requested_at",
    "join_granted_at",
    "reported_ready_at",
)
Steps = tuple[OperationStep, ...]


def new_world(masters: int = 1, deleting: bool = False, **pools: int) -> World:
    spec = cluster_spec(control_plane=masters, pools=pools)
    return World(desired(spec, generation=1, epoch=1, deleting=deleting))


def as_asked(masters: int = 1, **pools: int) -> World:
    world = new_world(masters, **pools)
    world.settle()
    return world


def look(world: World, before: Steps = ()) -> Steps:
    return steps(world.desired, world.observed(), before)


def step(found: Steps, name: str) -> OperationStep:
    return next(one for one in found if one.name == name)


def advance(world: World, node: NodeFacts) -> None:
    """By one clock; in the end it is ready."""
    clock = next((name for name in CLOCKS if getattr(node, name) is None), None)
    if clock:
        world.change(node.id, **{clock: world.now})
    else:
        world.join(node.id)


def unfinished(world: World) -> list[NodeFacts]:
    return [node for node in world.nodes.values() if node.phase is Phase.CREATING]


@given(st.integers(0, 3), st.randoms(use_true_random=False))
def test_percent_never_falls_while_a_resource_grows(size: int, chance: Random) -> None:
    world, before, shown = new_world(pool1=size), (), [0]
    world.finish(CERTIFICATES, TaskState.RUNNING)
    while waiting := unfinished(world) or not world.nodes:
        if isinstance(waiting, list):
            advance(world, chance.choice(waiting))
        else:
            world.record(world.plan())
            world.finish(CERTIFICATES)
        world.now += timedelta(seconds=1)
        before = look(world, before)
        shown.append(percent(before))
    assert shown == sorted(shown)
    assert shown[-1] < 100
    world.finish(LOAD_BALANCER)
    assert percent(look(world, before)) == 100


def test_nothing_begun_is_nothing_done() -> None:
    found = look(new_world(pool1=2))
    assert percent(found) == 0
    assert {one.state for one in found} == {"waiting"}
    names = [CERTIFICATES, CONTROL_PLANE, "pool1", CONFIGURED, LOAD_BALANCER]
    assert [one.name for one in found] == names


def test_masters_have_to_apply_what_they_are_told() -> None:
    world = as_asked(masters=3)
    assert (step(look(world), CONFIGURED).state, percent(look(world))) == ("done", 100)
    silent, stubborn, _ = world.alive(CONTROL_PLANE)
    for node in (silent, stubborn):
        world.change(node.id, configuration="r2", configured_at=world.now)
    assert percent(look(world)) < 100
    world.change(stubborn.id, answered="r2", misconfigured="refused: line 3")
    found = step(look(world), CONFIGURED)
    assert (found.state, found.detail) == ("running", "1 of 3 nodes have applied it")
    for node in (silent, stubborn):
        world.change(node.id, answered="r2", misconfigured=None)
    assert percent(look(world)) == 100


def test_one_node_that_is_missing_keeps_it_below_100() -> None:
    world = as_asked(pool1=40)
    assert percent(look(world)) == 100
    world.change(world.alive("pool1")[0].id, phase=Phase.CREATING, reported_ready_at=world.now)
    assert percent(look(world)) < 100
    assert step(look(world), "pool1").percent == 99
    assert step(look(world), "pool1").detail == "39 of 40 nodes ready"


def test_more_nodes_than_wanted_are_not_so_many_of_fewer() -> None:
    world = as_asked(pool1=2)
    world.desired = desired(cluster_spec(1, {"pool1": 1}), generation=2, epoch=2, deleting=False)
    assert step(look(world), "pool1").detail == "2 ready, 1 wanted"


def test_a_pool_that_shrinks_is_done_when_its_nodes_are_gone() -> None:
    world = as_asked(pool1=3)
    world.desired = desired(cluster_spec(1, {"pool1": 1}), generation=2, epoch=2, deleting=False)
    world.record(world.plan())
    assert percent(look(world)) < 100
    world.settle()
    assert percent(look(world)) == 100


def test_a_removed_pool_is_a_step_until_the_end() -> None:
    world = as_asked(pool1=2)
    world.desired = desired(cluster_spec(1, {}), generation=2, epoch=2, deleting=False)
    before = look(world)
    assert step(before, "pool1").detail == "removed 0 of 2"
    assert percent(before) < 100
    world.change(world.alive("pool1")[0].id, phase=Phase.GONE)
    before = look(world, before)
    assert (step(before, "pool1").percent, step(before, "pool1").state) == (50, "running")
    world.settle()
    found = look(world, before)
    assert (step(found, "pool1").detail, percent(found)) == ("removed 2 of 2", 100)


def test_a_task_to_be_done_again_is_not_done() -> None:
    world = as_asked()
    changed = cluster_spec(1, {}).model_copy(update={"load_balancer_ranges": ("10.0.0.200/29",)})
    world.desired = desired(changed, generation=2, epoch=2, deleting=False)
    assert step(look(world), LOAD_BALANCER) == OperationStep(name=LOAD_BALANCER)


def test_a_failed_task_shows_its_reason() -> None:
    world = new_world()
    world.finish(CERTIFICATES, TaskState.FAILED, "no Vault")
    found = step(look(world), CERTIFICATES)
    assert (found.state, found.percent, found.detail) == ("failed", 0, "no Vault")


def test_deletion_counts_the_machines_that_are_gone() -> None:
    world = as_asked(pool1=3)
    world.desired = desired(cluster_spec(), generation=1, epoch=2, deleting=True)
    before = look(world)
    assert [one.name for one in before] == [MACHINES, RELEASE]
    assert percent(before) == 0
    for node in world.alive("pool1"):
        world.change(node.id, phase=Phase.GONE)
    before = look(world, before)
    assert step(before, MACHINES).detail == "removed 3 of 4"
    world.settle()
    assert percent(look(world, before)) == 100


def test_deleting_what_has_no_machines_tells_of_none() -> None:
    found = look(new_world(deleting=True))
    assert MACHINES not in [one.name for one in found]
    assert percent(found) == 0


def test_times_once_noted_stay() -> None:
    world = new_world()
    world.finish(CERTIFICATES, TaskState.RUNNING)
    begun = world.now
    before = look(world)
    assert step(before, CERTIFICATES).started_at == begun
    assert step(before, CERTIFICATES).finished_at is None
    assert step(before, CONTROL_PLANE).started_at is None
    world.now += timedelta(seconds=5)
    world.finish(CERTIFICATES)
    before = look(world, before)
    world.now += timedelta(seconds=5)
    found = step(look(world, before), CERTIFICATES)
    assert (found.started_at, found.finished_at) == (begun, begun + timedelta(seconds=5))


def test_a_task_that_was_over_before_anybody_looked_has_its_own_times() -> None:
    world = new_world()
    world.finish(CERTIFICATES)
    begun, ended = world.now, world.now + timedelta(seconds=3)
    world.tasks[CERTIFICATES] = world.tasks[CERTIFICATES].model_copy(update={"finished_at": ended})
    world.now += timedelta(seconds=9)
    found = step(look(world), CERTIFICATES)
    assert (found.started_at, found.finished_at) == (begun, ended)


def test_a_step_taken_up_again_is_not_finished() -> None:
    world = as_asked(pool1=1)
    before = look(world)
    assert step(before, "pool1").finished_at
    world.change(world.alive("pool1")[0].id, phase=Phase.REMOVING)
    found = step(look(world, before), "pool1")
    assert (found.finished_at, found.started_at) == (None, step(before, "pool1").started_at)
