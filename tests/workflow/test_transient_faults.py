"""Faults that pass: tried again until it works, with as many machines as were asked for.

Each step is done once more after it succeeded, as after an answer that was lost on its way.
"""

import pytest
from temporalio.exceptions import ApplicationError

from lab.vcenter.control import Control
from provisioner.domain.nodes import Phase
from provisioner.store import nodes
from tests.workflow.hands import Hands
from tests.workflow.site import Site

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


async def _until_done(step, node) -> None:
    for _ in range(3):
        try:
            await step(node)
            return
        except ApplicationError as failure:
            assert not failure.non_retryable
    raise AssertionError("three attempts were not enough")


def _give_up(site: Site, node_id: str) -> None:
    with site.database.write() as session:
        nodes.begin_removal(nodes.get(session, node_id), "the test gives up")
