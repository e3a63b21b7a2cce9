"""What can't be made is told with its reason, and is made when it can be."""

from provisioner.domain.nodes import Phase
from provisioner.domain.planning.wishes import MAX_ATTEMPTS
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.domain.virtual_machines import WatchBatch
from provisioner.store import resources
from tests.store.estate import Estate
from tests.store.lives import SMALL, alive, conditions, degrade, fail, gone, pools, reasons
from tests.unit.inventories import objects


def test_three_failures_degrade_it_and_fail_the_operation(estate: Estate, running: str) -> None:
    degrade(estate, running)
    assert estate.resource(running).status == "DEGRADED"
    operation = estate.operation(running)
    assert operation.state == "failed"
    assert "3 attempts failed" in str(operation.reason)
    assert conditions(estate, running)["GroupReady/pool1"]["reason"] == "Short"
    assert len(alive(estate, running)) == 2
    assert "StatusChanged" in reasons(estate, running)


def test_a_control_plane_that_cannot_be_made_fails_the_cluster(estate: Estate) -> None:
    resource = estate.cluster(**SMALL)
    for _ in range(MAX_ATTEMPTS):
        estate.look(resource)
        fail(estate, alive(estate, resource, CONTROL_PLANE)[-1])
    estate.look(resource)
    assert estate.resource(resource).status == "FAILED"
    assert estate.operation(resource).state == "failed"


def test_an_operation_goes_on_while_another_node_may_still_become_ready(
    estate: Estate, running: str
) -> None:
    degrade(estate, running)
    estate.change(running, **pools(4))
    for _ in range(MAX_ATTEMPTS):
        estate.look(running)
        last = max(node.attempt for node in alive(estate, running))
        fail(estate, [node for node in alive(estate, running) if node.attempt == last][-1])
    estate.look(running)
    assert estate.resource(running).status == "DEGRADED"
    assert estate.operation(running).state == "running"
    estate.ready(node for node in alive(estate, running) if node.phase == Phase.CREATING)
    gone(estate, running)
    estate.look(running)
    assert estate.operation(running).state == "failed"


def test_a_later_success_makes_it_running_again(estate: Estate, running: str) -> None:
    degrade(estate, running)
    estate.change(running, **pools(2))
    estate.settle(running)
    assert estate.resource(running).status == "RUNNING"
    assert estate.operation(running).state == "succeeded"


def test_a_vanished_template_is_a_shortage_that_heals(estate: Estate, running: str) -> None:
    template = "VirtualMachine:/DC1/vm/templates/debian-12-node"
    known = next(one for one in objects() if one.moref == template)
    estate.watch(WatchBatch(objects_gone=(template,)))
    assert estate.look(running).settled
    estate.change(running, **pools(4))
    made = estate.look(running)
    assert (made.create, [one.missing for one in made.shortages]) == ((), [2])
    assert estate.resource(running).status == "DEGRADED"
    message = conditions(estate, running)["GroupReady/pool1"]["message"]
    assert "nodePools.0.template: no template 'debian-12-node'" in message
    estate.watch(WatchBatch(objects=(known,)))
    estate.settle(running)
    assert estate.resource(running).status == "RUNNING"


def test_a_vanished_inventory_is_a_shortage_too(estate: Estate) -> None:
    resource = estate.cluster()
    estate.watch(WatchBatch(full=True))
    made = estate.look(resource)
    assert {one.group for one in made.shortages} == {CONTROL_PLANE, "pool1"}
    assert estate.resource(resource).status == "FAILED"


def test_a_retry_gives_three_new_attempts(estate: Estate, running: str) -> None:
    degrade(estate, running)
    estate.locked(running, lambda session, row: resources.retry(session, row, "bob"))
    estate.look(running)
    assert alive(estate, running)[-1].attempt == 1
    assert estate.operation(running).state == "running"
    estate.settle(running)
    assert estate.resource(running).status == "RUNNING"
