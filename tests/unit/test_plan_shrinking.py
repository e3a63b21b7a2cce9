"""Who goes when there are too many, and what comes first."""

from datetime import timedelta

import pytest

from provisioner.domain.add_ons import LOAD_BALANCER
from provisioner.domain.clusters import CERTIFICATES, RELEASE, desired
from provisioner.domain.nodes import Phase
from provisioner.domain.planning.plan import Plan
from provisioner.domain.planning.wishes import TaskState
from provisioner.domain.spec.cluster import CONTROL_PLANE
from tests.unit.documents import cluster_spec
from tests.unit.world import World


@pytest.fixture
def world() -> World:
    """Three masters and three workers, as asked, each a second younger than the one before."""
    made = World(desired(cluster_spec(pools={"pool1": 3}), generation=1, epoch=1, deleting=False))
    for task in (CERTIFICATES, LOAD_BALANCER):
        made.finish(task)
    for group in (CONTROL_PLANE, "pool1"):
        for _ in range(3):
            made.now += timedelta(seconds=1)
            made.ready(group)
    return made


def ask(world: World, control_plane: int = 3, deleting: bool = False, **pools: int) -> None:
    spec = cluster_spec(control_plane=control_plane, pools=pools)
    world.desired = desired(spec, generation=2, epoch=2, deleting=deleting)


def going(made: Plan) -> list[str]:
    return [removal.node for removal in made.remove]


def test_the_youngest_go_first_and_are_drained(world: World) -> None:
    ask(world, pool1=1)
    made = world.plan()
    assert going(made) == ["n005", "n004"]
    assert all(removal.retire and not removal.failed for removal in made.remove)
    assert made.remove[0].reason == "the wanted size of pool1 is 1"


def test_nodes_in_creation_go_before_ready_ones(world: World) -> None:
    ask(world, pool1=3)
    unfinished = world.put(group="pool1", created_at=world.now - timedelta(days=1))
    (removal,) = world.plan().remove
    assert (removal.node, removal.retire) == (unfinished.id, False)


def test_a_chosen_node_goes_first(world: World) -> None:
    ask(world, pool1=2)
    world.change("n003", chosen=True)
    (removal,) = world.plan().remove
    assert (removal.node, removal.reason) == ("n003", "chosen by the user")


def test_a_chosen_node_is_replaced_when_the_size_stays(world: World) -> None:
    ask(world, pool1=3)
    world.change("n003", chosen=True)
    world.record(world.plan())
    assert [new.attempt for new in world.plan().create] == [1]
    world.settle()
    assert len(world.alive("pool1")) == 3
    assert not world.nodes["n003"].alive


def test_a_node_on_its_way_out_counts_no_more(world: World) -> None:
    ask(world, pool1=2)
    world.record(world.plan())
    assert going(world.plan()) == []


def test_a_removed_pool_drains(world: World) -> None:
    ask(world)
    made = world.plan()
    assert sorted(going(made)) == ["n003", "n004", "n005"]
    assert all(removal.retire for removal in made.remove)
    assert {removal.reason for removal in made.remove} == {"pool1 is removed"}


def test_a_master_goes_when_the_one_before_is_gone(world: World) -> None:
    ask(world, control_plane=1, pool1=3)
    assert going(world.plan()) == ["n002"]
    world.record(world.plan())
    assert going(world.plan()) == []
    world.change("n002", phase=Phase.GONE)
    assert going(world.plan()) == ["n001"]


def test_the_last_master_stays(world: World) -> None:
    ask(world, control_plane=1, pool1=3)
    for node in ("n000", "n001"):
        world.change(node, phase=Phase.GONE)
    world.change("n002", chosen=True)
    assert going(world.plan()) == []


def test_growing_and_shrinking_again_is_no_detour(world: World) -> None:
    ask(world, pool1=5)
    world.record(world.plan())
    ask(world, pool1=3)
    made = world.plan()
    assert sorted(going(made)) == ["n006", "n007"]
    assert not any(removal.retire for removal in made.remove)


def test_a_removal_that_was_lost_is_started_again(world: World) -> None:
    world.change("n005", phase=Phase.REMOVING, work_started_at=world.now)
    assert world.plan().removing == ()
    world.now += timedelta(minutes=5)
    assert world.plan().removing == ("n005",)


def test_deletion_pre_empts_everything(world: World) -> None:
    world.put(group="pool1", failure="it broke")
    world.put(group="pool1", join_requested_at=world.now)
    ask(world, deleting=True, pool1=9)
    made = world.plan()
    assert set(going(made)) == set(world.nodes)
    assert (made.create, made.start, made.grant, made.tasks) == ((), (), (), ())
    assert made.next_deadline is None
    assert not any(removal.retire or removal.failed for removal in made.remove)


def test_deletion_releases_what_is_left_when_all_nodes_are_gone(world: World) -> None:
    ask(world, deleting=True)
    world.record(world.plan())
    assert world.plan().tasks == ()
    for node in list(world.nodes):
        world.change(node, phase=Phase.GONE)
    made = world.plan()
    assert [wish.name for wish in made.tasks] == [RELEASE]
    assert not made.gone
    world.finish(RELEASE)
    assert world.plan() == Plan(settled=True, gone=True)


def test_a_release_that_failed_waits_until_deletion_is_asked_for_again(world: World) -> None:
    world.nodes.clear()
    ask(world, deleting=True)
    world.finish(RELEASE, TaskState.FAILED, "no Vault")
    made = world.plan()
    assert (made.tasks, made.gone) == ((), False)
    world.desired = world.desired.model_copy(update={"epoch": 3})
    assert [wish.name for wish in world.plan().tasks] == [RELEASE]
