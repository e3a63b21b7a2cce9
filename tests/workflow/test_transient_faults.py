"""Faults that pass: tried again until it works, with as many machines as were asked for.

Each step is done once more after it succeeded, as after an answer that was lost on its way.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from lab.vcenter.control import Control
from provisioner.store import nodes
from provisioner.store.tables import Node
from tests.workflow.hands import Hands
from tests.workflow.inspector import Machine
from tests.workflow.opening import open_site
from tests.workflow.servers import Servers
from tests.workflow.site import Site

Where = Literal["call", "task"]
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


@dataclass(frozen=True)
class Workshop:
    """One site for all cases. Each takes a node of its own, and connections as new."""

    site: Site
    hands: Hands
    control: Control
    nodes: list[Node]

    def machines(self, node: Node) -> list[Machine]:
        found = self.site.inspector.machines(self.site.root_folder)
        return [one for one in found if one.instance_uuid == node.instance_uuid]


@pytest.fixture(scope="module")
async def planned(
    servers: Servers, client: Client, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Site, list[Node]]]:
    folder = tmp_path_factory.mktemp("workshop")
    async with open_site(servers, client, migrated_file, folder) as site:
        composition = site.compose()
        _, found = await Hands(site, composition).plan(pool1=len(CREATION) + len(REMOVAL))
        await composition.close()
        yield site, found


@pytest.fixture
async def workshop(planned: tuple[Site, list[Node]]) -> AsyncIterator[Workshop]:
    site, found = planned
    composition = site.compose()
    control = site.servers.vcenter.control
    yield Workshop(site, Hands(site, composition), control, found)
    control.clear_faults()
    await composition.close()


@pytest.mark.parametrize(("method", "fault", "where"), CREATION)
async def test_creation(workshop: Workshop, method: str, fault: str, where: Where) -> None:
    node = workshop.nodes.pop()
    workshop.control.inject(method, fault, where, count=1)
    await _until_done(workshop.hands.create, node)
    assert workshop.control.hits() == 1
    assert await workshop.hands.create(node)
    assert len(workshop.machines(node)) == 1


@pytest.mark.parametrize(("method", "fault", "where"), REMOVAL)
async def test_removal(workshop: Workshop, method: str, fault: str, where: Where) -> None:
    node = workshop.nodes.pop()
    assert await workshop.hands.create(node)
    _give_up(workshop.site, node.id)
    workshop.control.inject(method, fault, where, count=1)
    await _until_done(workshop.hands.destroy, node)
    assert workshop.control.hits() == 1
    await workshop.hands.destroy(node)
    assert workshop.machines(node) == []


async def _until_done(step: Step, node: Node) -> None:
    """At once, or by the second try that Temporal answers most failures with."""
    try:
        await step(node)
    except ApplicationError as failure:
        if failure.non_retryable:
            raise
        await step(node)


def _give_up(site: Site, node_id: str) -> None:
    with site.database.write() as session:
        nodes.begin_removal(nodes.get(session, node_id), "the test gives up")
