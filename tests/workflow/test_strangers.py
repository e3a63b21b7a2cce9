"""Machines and disks that are not ours: left alone, whatever they are called."""

import pytest
from temporalio.exceptions import ApplicationError

from provisioner.domain import marks
from provisioner.domain.ids import new_uuid
from provisioner.domain.nodes import Phase
from provisioner.store import nodes
from provisioner.store.tables import Node
from tests.vsphere.behind import Behind
from tests.workflow.hands import Hands
from tests.workflow.plain_document import RELEASE
from tests.workflow.site import Site

ANOTHER = {marks.OWNER: "another installation"}


@pytest.mark.parametrize("marked", [{}, ANOTHER], ids=["unmarked", "marked by another"])
async def test_of_our_name(site: Site, hands: Hands, marked: dict[str, str]) -> None:
    subject, [node] = await hands.plan()
    folder = site.inspector.make_folder(f"c1-{subject.id[:8]}", site.root_folder)
    stranger = site.inspector.make_machine(folder, node.name, extra_config=marked)
    assert not await hands.create(node)
    failure = _row(site, node).failure or ""
    assert node.name in failure
    assert "not ours" in failure

    _give_up(site, node)
    await hands.destroy(node)
    assert _row(site, node).phase == Phase.GONE
    assert [one.moref for one in subject.machines()] == [stranger]
    subject.delete(poke=False)
    await hands.run_task(subject, RELEASE)
    assert site.inspector.folders(site.root_folder) == [f"c1-{subject.id[:8]}"]


async def test_of_our_uuid_elsewhere(site: Site, hands: Hands) -> None:
    """A removal waits for a human rather than destroy it."""
    subject, [node] = await hands.plan()
    stranger = site.inspector.make_machine(site.root_folder, "theirs", uuid=node.instance_uuid)
    _give_up(site, node)
    with pytest.raises(ApplicationError, match="lacks its mark"):
        await hands.destroy(node)
    assert [one.moref for one in subject.machines()] == [stranger]
    assert "theirs" in (_row(site, node).problem or "")

    site.inspector.destroy(stranger)
    await hands.destroy(node)
    assert _row(site, node).phase == Phase.GONE


async def test_volumes_stay_and_the_history_tells_where(site: Site, hands: Hands) -> None:
    """Kubernetes attaches them; a VM would be destroyed with them."""
    subject, [node] = await hands.plan()
    assert await hands.create(node)
    behind = Behind(site.servers.vcenter)
    volume = behind.attach_volume(str(_row(site, node).moref), "kubevols")
    _give_up(site, node)
    await hands.destroy(node)
    assert subject.machines() == []
    assert behind.disk_exists(volume)
    [warning] = subject.events("DisksDetached")
    assert volume in warning.message
    behind.close()


def _row(site: Site, node: Node) -> Node:
    with site.database.read() as session:
        return nodes.get(session, node.id)


def _give_up(site: Site, node: Node) -> None:
    with site.database.write() as session:
        nodes.begin_removal(nodes.get(session, node.id), "the test gives up")


async def test_a_machine_whose_uuid_was_changed_is_still_ours(site: Site, hands: Hands) -> None:
    """One look-up that finds nothing does not prove a VM gone."""
    subject, [node] = await hands.plan()
    assert await hands.create(node)
    [machine] = subject.machines()
    site.inspector.set_instance_uuid(machine.moref, new_uuid())
    _give_up(site, node)
    await hands.destroy(node)
    assert subject.machines() == []
