"""Each activity done twice, as after a lost answer: the second time changes nothing."""

from lab.vcenter.control import Control
from provisioner.domain.nodes import Phase
from provisioner.store import nodes
from provisioner.store.tables import Node
from tests.workflow.hands import Hands
from tests.workflow.plain_document import PREPARE, RELEASE
from tests.workflow.site import Site
from tests.workflow.subject import Subject
from workflows.contracts import NodeInput


async def test_a_life_in_which_everything_is_done_twice(
    site: Site, hands: Hands, control: Control
) -> None:
    subject, [node] = await hands.plan()
    subject.guests.hints = False
    given = NodeInput(node=node.id)
    await hands.look(subject)
    assert [one.id for one in subject.nodes()] == [node.id]

    await _twice(hands, "create_machine", given)
    assert control.requests()["CloneVM_Task"] == len(subject.machines()) == 1
    await _twice(hands, "admit", subject.id)
    assert [one.phase for one in subject.nodes()] == [Phase.CREATING]
    subject.guests.report_ready(node)
    await _twice(hands, "admit", subject.id)
    assert [one.phase for one in subject.nodes()] == [Phase.READY]

    _retire(site, node)
    await _twice(hands, "retire", given)
    assert site.kind.names("retire") == [node.id]
    await _twice(hands, "destroy_machine", given)
    assert subject.machines() == []
    assert [one.phase for one in subject.nodes(gone=True)] == [Phase.GONE]
    await hands.run_task(subject, PREPARE)
    await hands.run_task(subject, PREPARE)

    subject.delete(poke=False)
    # What looks have started so far must be able to end, which releasing waits for.
    async with site.worker():
        await hands.run_task(subject, RELEASE)
        await hands.run_task(subject, RELEASE)
    await hands.look(subject)
    await hands.look(subject)
    assert subject.row.deleted_at is not None
    assert subject.leases() == 0
    assert site.inspector.folders(site.root_folder) == []
    _assert_said_once(subject)


async def _twice(hands: Hands, name: str, argument: object) -> list[object]:
    return [await hands.do(name, argument), await hands.do(name, argument)]


def _assert_said_once(subject: Subject) -> None:
    said = [event.reason for event in subject.events() if event.node_id]
    assert said == [
        "NodePlanned",
        "MachineCreated",
        "NodeReportedReady",
        "NodeReady",
        "NodeRetired",
        "NodeRemoved",
    ]


def _retire(site: Site, node: Node) -> None:
    with site.database.write() as session:
        nodes.begin_removal(nodes.get(session, node.id), "the test retires it", retire=True)
