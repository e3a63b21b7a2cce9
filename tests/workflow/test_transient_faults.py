"""Faults that pass: tried again until it works, with as many machines as were asked for.

Each step is done once more after it succeeded, as after an answer that was lost on its way.
"""

from collections.abc import Awaitable, Callable

import pytest
from temporalio.exceptions import ApplicationError

from lab.vcenter.control import Control
from provisioner.domain.nodes import Phase
from provisioner.store import nodes
from provisioner.store.tables import Node
from tests.workflow.hands import Hands
from tests.workflow.site import Site

Step = Callable[[Node], Awaitable[object]]

CREATION = [
    ("CloneVM_Task", "host-not-connected", "call"),
    ("CloneVM_Task", "host-not-connected", "task"),
    ("CloneVM_Task", "system-error", "task"),
    ("CloneVM_Task", "timed-out", "task"),
    ("CloneVM_Task", "request-canceled", "task"),
    ("CloneVM_Task", "not-authenticated", "call"),
    ("CreateFolder", "system-error", "call"),
    ("PowerOnMultiVM_Task", "system-error", "call"),
    ("PowerOnMultiVM_Task", "host-not-connected", "task"),
    ("PowerOnVM_Task", "task-in-progress", "task"),
    ("RetrievePropertiesEx", "system-error", "call"),
]
REMOVAL = [
    ("PowerOffVM_Task", "task-in-progress", "task"),
    ("Destroy_Task", "host-not-connected", "task"),
    ("Destroy_Task", "resource-in-use", "call"),
    ("FindByUuid", "system-error", "call"),
]


@pytest.mark.parametrize(("method", "fault", "where"), CREATION)
async def test_creation(
    site: Site, hands: Hands, control: Control, method: str, fault: str, where: str
) -> None:
    _, [node] = await hands.plan()
    control.inject(method, fault, where, count=1)
    await _until_done(hands.create, node)
    assert control.hits() == 1
    assert await hands.create(node)
    assert [one.instance_uuid for one in site.inspector.machines(site.root_folder)] == [
        node.instance_uuid
    ]


@pytest.mark.parametrize(("method", "fault", "where"), REMOVAL)
async def test_removal(
    site: Site, hands: Hands, control: Control, method: str, fault: str, where: str
) -> None:
    subject, [node] = await hands.plan()
    assert await hands.create(node)
    _give_up(site, node.id)
    control.inject(method, fault, where, count=1)
    await _until_done(hands.destroy, node)
    assert control.hits() == 1
    await hands.destroy(node)
    assert subject.nodes(gone=True)[0].phase == Phase.GONE
    assert site.inspector.machines(site.root_folder) == []


async def _until_done(step: Step, node: Node) -> None:
    """The first try fails, in a way that Temporal answers with another one."""
    with pytest.raises(ApplicationError) as failed:
        await step(node)
    assert not failed.value.non_retryable
    await step(node)


def _give_up(site: Site, node_id: str) -> None:
    with site.database.write() as session:
        nodes.begin_removal(nodes.get(session, node_id), "the test gives up")
