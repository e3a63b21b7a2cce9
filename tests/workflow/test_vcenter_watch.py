"""What happens to machines behind our back: seen, written down, told."""

import pytest

from lab.vcenter.control import Control
from provisioner.domain.nodes import Loss, Phase
from provisioner.domain.virtual_machines import PowerState, VMSeen, WatchBatch
from provisioner.store import inventory, nodes, vcenters
from provisioner.store.tables import Node
from provisioner.store.types import utc_now
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


@pytest.mark.parametrize(("is_off", "told"), [(False, None), (True, Loss.OFF)])
async def test_a_newcomer_that_was_seen_off_is_asked_after(
    site: Site, hands: Hands, is_off: bool, told: Loss | None
) -> None:
    """The watch of a worker that has just begun is behind."""
    subject, [node] = await hands.plan()
    assert await hands.create(node)
    [made] = subject.nodes()
    see(site, made, "poweredOff")
    if is_off:
        site.inspector.power_off(made.moref)
    with site.database.write() as session:
        nodes.get(session, node.id).reported_ready_at = utc_now()
    await hands.do("admit", subject.id)
    [member] = subject.nodes()
    assert (member.phase, member.lost) == (Phase.READY, told)
    assert bool(subject.events("MachineLost")) == is_off


def see(site: Site, node: Node, power_state: PowerState) -> None:
    """As the watch would have, at some time."""
    seen = VMSeen(
        moref=str(node.moref),
        instance_uuid=node.instance_uuid,
        name=node.name,
        folder="group-v1",
        power_state=power_state,
    )
    with site.database.write() as session:
        vcenter = vcenters.get(session, node.vcenter_id)
        inventory.apply(session, vcenter, WatchBatch(vms=(seen,)))


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
