"""A member whose VM is gone or off is not counted as serving, and the status says so."""

from provisioner.domain.clusters import CERTIFICATES, LOAD_BALANCER, desired
from provisioner.domain.conditions import Status, conditions, status
from tests.unit.documents import cluster_spec
from tests.unit.world import World

OFF = "its VM is powered off"


def settled_world() -> World:
    world = World(desired(cluster_spec(pools={"pool1": 1}), generation=1, epoch=1, deleting=False))
    world.finish(CERTIFICATES)
    world.finish(LOAD_BALANCER)
    for _ in range(3):
        world.ready("control-plane")
    world.ready("pool1")
    return world


def test_a_lost_member_degrades_what_ran() -> None:
    world = settled_world()
    assert status(world.desired, world.observed(), world.plan()) is Status.RUNNING
    world.change(world.alive("pool1")[0].id, lost=OFF)
    made = world.plan()
    assert status(world.desired, world.observed(), made) is Status.DEGRADED
    told = {one.type: one for one in conditions(world.desired, world.observed(), made)}
    assert told["GroupReady/pool1"].status == "False"
    assert OFF in told["GroupReady/pool1"].message


def test_a_lost_member_is_not_replaced_unasked() -> None:
    world = settled_world()
    world.change(world.alive("pool1")[0].id, lost=OFF)
    made = world.plan()
    assert made.create == ()
    assert made.remove == ()
