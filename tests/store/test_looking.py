"""One look after the other: plans become rows, and users read what is going on."""

from datetime import timedelta

from provisioner.domain.clusters import CERTIFICATES, RELEASE
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.store import operations, visits
from tests.store.estate import Estate
from tests.store.lives import SMALL, alive, conditions, fail, gone, pools, reasons
from tests.unit.documents import pool


def test_the_first_look_writes_a_row_per_node(estate: Estate) -> None:
    resource = estate.cluster()
    estate.look(resource)
    found = estate.nodes(resource)
    assert [node.group for node in found].count(CONTROL_PLANE) == 3
    assert [node.group for node in found].count("pool1") == 2
    assert {(node.phase, node.attempt, node.generation, node.epoch) for node in found} == {
        ("creating", 1, 1, 1)
    }
    assert reasons(estate, resource).count("NodePlanned") == 5


def test_looking_again_writes_nothing_new(estate: Estate) -> None:
    resource = estate.cluster()
    estate.look(resource)
    before = (len(estate.nodes(resource)), len(estate.events(resource)))
    estate.look(resource)
    assert (len(estate.nodes(resource)), len(estate.events(resource))) == before


def test_nodes_start_when_the_certificates_are_there(estate: Estate) -> None:
    resource = estate.cluster()
    made = estate.look(resource)
    assert ([wish.name for wish in made.tasks], made.start) == ([CERTIFICATES], ())
    estate.finish(resource, CERTIFICATES)
    assert set(estate.look(resource).start) == {node.id for node in estate.nodes(resource)}


def test_as_asked_is_running_and_the_operation_succeeds(estate: Estate, running: str) -> None:
    resource, operation = estate.resource(running), estate.operation(running)
    assert (resource.status, resource.observed_generation, resource.established) == (
        "RUNNING",
        1,
        True,
    )
    assert {one["status"] for one in resource.conditions} == {"True"}
    assert (operation.state, operation.percent) == ("succeeded", 100)
    assert {step.state for step in operations.steps_of(operation)} == {"done"}


def test_it_is_creating_until_the_last_node_is_ready(estate: Estate) -> None:
    resource = estate.cluster(**SMALL)
    estate.look(resource)
    estate.finish(resource, CERTIFICATES)
    estate.ready(estate.nodes(resource, CONTROL_PLANE))
    for _ in range(2):
        estate.look(resource)
        assert estate.resource(resource).status == "CREATING"
    assert reasons(estate, resource).count("Established") == 1
    assert 0 < estate.operation(resource).percent < 100


def test_a_failed_node_is_replaced_by_the_next_attempt(estate: Estate, running: str) -> None:
    estate.change(running, **pools(3))
    estate.look(running)
    failed = alive(estate, running)[-1]
    fail(estate, failed, "kubeadm failed")
    estate.look(running)
    before, after = estate.nodes(running, "pool1")[-2:]
    assert (before.phase, before.removal_reason, before.replaced) == (
        "removing",
        "kubeadm failed",
        True,
    )
    assert (after.attempt, after.replaces, after.phase) == (2, failed.id, "creating")
    assert after.name != before.name
    assert "NodeFailed" in reasons(estate, running)


def test_a_failure_is_one_event_whoever_noticed_it(estate: Estate, running: str) -> None:
    estate.change(running, **pools(4))
    estate.look(running)
    reporting, vanished = alive(estate, running)[-2:]
    estate.write(lambda session: visits.note_failure(session, reporting, "kubeadm failed"))
    fail(estate, vanished, "its VM disappeared from vCenter")
    estate.look(running)
    for node in (reporting, vanished):
        told = [one.reason for one in estate.events(running) if one.node_id == node.id]
        assert told.count("NodeFailed") == 1


def test_a_node_past_its_deadline_keeps_the_reason(estate: Estate, running: str) -> None:
    estate.change(running, **pools(3))
    estate.look(running)
    late = alive(estate, running)[-1]
    estate.set(late, powered_on_at=estate.now)
    estate.look(running, seconds=60)
    (failed,) = [node for node in estate.nodes(running) if node.failure]
    assert failed.failure == "still waiting for an address after 60 s"


def test_shrinking_retires_the_youngest(estate: Estate, running: str) -> None:
    youngest = max(alive(estate, running), key=lambda node: (node.created_at, node.id))
    estate.change(running, **pools(1))
    assert estate.look(running).removing
    (leaving,) = [node for node in estate.nodes(running) if node.phase == Phase.REMOVING]
    assert (leaving.retire, leaving.failure) == (True, None)
    assert leaving.created_at == youngest.created_at
    assert estate.resource(running).status == "UPDATING"
    gone(estate, running)
    assert estate.look(running).settled


def test_a_turn_to_join_is_recorded(estate: Estate, running: str) -> None:
    estate.change(running, **pools(3))
    estate.look(running)
    node = alive(estate, running)[-1]
    estate.set(node, join_requested_at=estate.now)
    assert estate.look(running).tasks
    assert alive(estate, running)[-1].join_granted_at == estate.now


def test_a_changed_operation_starts_below_100_percent(estate: Estate, running: str) -> None:
    estate.change(running, loadBalancerRanges=["10.0.0.200-10.0.0.210"])
    estate.look(running)
    assert estate.operation(running).percent < 100
    assert conditions(estate, running)["TaskDone/load-balancer"]["status"] == "False"


def test_steps_keep_their_times_from_look_to_look(estate: Estate) -> None:
    resource = estate.cluster(**SMALL)
    estate.look(resource)
    before = {step.name: step for step in operations.steps_of(estate.operation(resource))}
    estate.look(resource, seconds=30)
    after = {step.name: step for step in operations.steps_of(estate.operation(resource))}
    assert before["pool1"].started_at
    assert before["pool1"].started_at == after["pool1"].started_at


def test_deletion_ends_with_nothing_left(estate: Estate, running: str) -> None:
    estate.change(running, **pools(3))
    estate.look(running)
    estate.delete(running)
    estate.look(running)
    assert {node.phase for node in estate.nodes(running)} == {"removing"}
    assert not any(node.retire for node in estate.nodes(running))
    gone(estate, running)
    assert [wish.name for wish in estate.look(running).tasks] == [RELEASE]
    estate.finish(running, RELEASE)
    assert estate.look(running).gone
    resource = estate.resource(running)
    assert resource.deleted_at
    assert resource.status == "DELETED"
    assert estate.operation(running).state == "succeeded"


def test_a_new_pool_comes_and_goes(estate: Estate, running: str) -> None:
    document = pool("pool2", addresses=None, placement=None)
    estate.change(running, nodePools=[*pools(2)["nodePools"], document])
    estate.settle(running)
    assert len(alive(estate, running, "pool2")) == 2
    estate.change(running, **pools(2))
    estate.look(running)
    assert estate.operation(running).percent < 100
    estate.settle(running)
    assert not alive(estate, running, "pool2")
    step = operations.steps_of(estate.operation(running))[3]
    assert (step.name, step.detail) == ("pool2", "removed 2 of 2")


def test_looks_follow_the_clock_they_are_given(estate: Estate) -> None:
    resource = estate.cluster()
    estate.look(resource, seconds=100)
    created = {node.created_at for node in estate.nodes(resource)}
    assert created == {estate.now}
    issued = {node.token_issued_at for node in estate.nodes(resource)}
    assert issued == {estate.now.replace(microsecond=0)}
    assert max(issued) + timedelta(seconds=1) > estate.now
