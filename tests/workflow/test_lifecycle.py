"""Create, scale, delete: exactly the machines that were asked for, and nothing left."""

from provisioner.domain import marks
from provisioner.domain.nodes import Phase
from provisioner.store import vcenters
from provisioner.store.tables import Node
from tests.workflow.plain_document import CORE, PLAIN
from tests.workflow.site import Site
from tests.workflow.subject import Subject


async def test_a_life(running: Site) -> None:
    subject = Subject.create(running, core=3, pool1=1, pool2=1)
    await subject.becomes("RUNNING")
    _assert_created(subject)
    _assert_joined_one_by_one(subject)

    subject.scale(pool1=3)
    await subject.becomes("RUNNING")
    assert _sizes(subject) == {CORE: 3, "pool1": 3}
    _assert_machines_as_recorded(subject)

    subject.scale(pool1=1)
    await subject.becomes("RUNNING")
    assert _sizes(subject) == {CORE: 3, "pool1": 1}
    _assert_machines_as_recorded(subject)
    _assert_retired_before_destroyed(subject)

    subject.delete()
    await subject.until(lambda: subject.row.deleted_at is not None)
    await _assert_nothing_left(subject)
    assert all(one.state == "succeeded" and one.percent == 100 for one in subject.operations())


def _sizes(subject: Subject) -> dict[str, int]:
    groups = [node.group for node in subject.nodes()]
    return {group: groups.count(group) for group in set(groups)}


def _assert_created(subject: Subject) -> None:
    """The row says so, and so does the vCenter."""
    assert subject.row.observed_generation == 1
    [operation] = subject.operations()
    assert (operation.state, operation.percent) == ("succeeded", 100)
    assert {node.phase for node in subject.nodes()} == {Phase.READY}
    assert sorted(subject.site.kind.names("clean_up")) == []
    _assert_machines_as_recorded(subject)


def _assert_machines_as_recorded(subject: Subject) -> None:
    with subject.site.database.read() as session:
        owner = vcenters.owner_mark(session)
    machines = {one.instance_uuid: one for one in subject.machines()}
    assert len(machines) == len(subject.nodes())
    for node in subject.nodes():
        found = machines[node.instance_uuid]
        assert (found.name, found.moref) == (node.name, node.moref)
        assert found.power_state == "poweredOn"
        assert found.macs == tuple(nic["mac"] for nic in node.nics)
        assert found.marks == _marks(owner, subject, node)
        assert "guestinfo.userdata" not in found.extra_config


def _assert_joined_one_by_one(subject: Subject) -> None:
    leader, second, third = sorted(subject.nodes(CORE), key=lambda node: node.ready_at)
    assert leader.leading_at is not None
    assert leader.join_requested_at is None
    assert leader.ready_at < second.join_token_at
    assert second.ready_at < third.join_token_at


def _marks(owner: str, subject: Subject, node: Node) -> dict[str, str]:
    return {
        marks.OWNER: owner,
        marks.RESOURCE: subject.id,
        marks.KIND: PLAIN,
        marks.NODE: node.id,
        marks.GENERATION: str(node.generation),
    }


def _assert_retired_before_destroyed(subject: Subject) -> None:
    gone = [node.id for node in subject.nodes(gone=True) if node.phase == Phase.GONE]
    assert sorted(subject.site.kind.names("retire")) == sorted(gone)
    for node_id in gone:
        own = [event.reason for event in subject.events() if event.node_id == node_id]
        assert own[-3:] == ["NodeRemovalPlanned", "NodeRetired", "NodeRemoved"]


async def _assert_nothing_left(subject: Subject) -> None:
    assert subject.machines() == []
    assert subject.site.inspector.folders(subject.site.root_folder) == []
    assert subject.leases() == 0
    assert {node.phase for node in subject.nodes(gone=True)} == {Phase.GONE}
    await subject.until_no_workflow_runs()
