"""What happens to machines behind our back: seen, written down, told."""

from lab.vcenter.control import Control
from provisioner.domain.nodes import Loss, Phase
from tests.workflow.guests import never
from tests.workflow.hands import Hands
from tests.workflow.site import Site
from tests.workflow.subject import Subject


async def test_what_the_watch_tells_of_members(running: Site, control: Control) -> None:
    subject = Subject.create(running, pool1=1)
    await subject.becomes("RUNNING")
    [node] = subject.nodes("pool1")
    running.inspector.power_off(node.moref)
    await subject.becomes("DEGRADED")
    assert "powered off" in (subject.nodes("pool1")[0].lost or "")

    control.end_sessions()
    running.inspector.power_on(node.moref)
    await subject.becomes("RUNNING")
    assert len(subject.events("MachineBack")) == 1

    running.inspector.destroy(node.moref)
    await subject.until(lambda: any(Loss.GONE in e.message for e in subject.events()))
    told = subject.events("MachineLost")[-1]
    assert (told.node_id, told.type) == (node.id, "Warning")
    assert node.name in told.message


async def test_what_the_watch_tells_of_newcomers(running: Site) -> None:
    subject = Subject.create(running)
    subject.guests.gets_ready = never
    await subject.until(lambda: any(node.address for node in subject.nodes()))
    [node] = subject.nodes()
    running.inspector.report_address(node.moref, "127.77.201.99")
    await subject.until(lambda: [one.address for one in subject.nodes()] == ["127.77.201.99"])

    running.inspector.destroy(node.moref)
    await subject.until(lambda: [one.attempt for one in subject.nodes()] == [2])
    lost, successor = subject.nodes(gone=True)
    assert "disappeared" in (lost.failure or "")
    assert successor.replaces == lost.id
    assert successor.phase == Phase.CREATING


async def test_a_machine_that_dies_unseen_is_missed(site: Site, hands: Hands) -> None:
    """Made while nobody watched, and gone before somebody did."""
    subject, [node] = await hands.plan()
    assert await hands.create(node)
    [made] = subject.nodes()
    subject.guests.has_address = lambda other: other.id != node.id
    site.inspector.destroy(made.moref)
    async with site.worker():
        await site.begin()
        subject.poke()
        await subject.becomes("RUNNING")
    [successor] = subject.nodes()
    assert successor.replaces == node.id
