"""Calls that arrived and whose answers did not: what they began is found, and never begun twice."""

from asyncio import CancelledError
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from temporalio.exceptions import ApplicationError

from lab.vcenter.control import Control
from provisioner.domain.nodes import Phase
from provisioner.store import nodes
from provisioner.store.tables import Node
from tests.workflow.hands import Begun, Hands
from tests.workflow.site import Site
from tests.workflow.subject import Subject
from tests.workflow.wire import HOST, Wire, laid_to
from workflows.contracts import NodeInput


@dataclass(frozen=True)
class Bench:
    """All that comes before the clone of `node` is known: its next request is the clone."""

    site: Site
    hands: Hands
    wire: Wire
    subject: Subject
    node: Node
    control: Control

    def arrived(self) -> bool:
        return self.control.requests().get("CloneVM_Task") == 1

    def begin_creation(self) -> Begun:
        return self.hands.begin("create_machine", NodeInput(node=self.node.id))

    @property
    def row(self) -> Node:
        with self.site.database.read() as session:
            return nodes.get(session, self.node.id)

    def machines(self) -> int:
        found = self.site.inspector.machines(self.site.root_folder)
        return sum(one.instance_uuid == self.node.instance_uuid for one in found)


@pytest.fixture
async def bench(site: Site, hands: Hands, control: Control) -> AsyncIterator[Bench]:
    vcenter = site.servers.vcenter
    async with laid_to(vcenter.host, vcenter.port) as wire:
        site.reach_vcenter_at(HOST, wire.port)
        subject, [first, node] = await hands.plan(pool1=1)
        await hands.create(first)
        control.reset_requests()
        yield Bench(site, hands, wire, subject, node, control)


@pytest.mark.parametrize("clone_ms", [0, 1500])
async def test_a_clone_whose_answer_was_lost_is_adopted(bench: Bench, clone_ms: int) -> None:
    bench.control.delay({"CloneVM_Task": clone_ms})
    bench.wire.hold_answers()
    creation = bench.begin_creation()
    await creation.until(bench.arrived)
    bench.wire.cut()
    assert isinstance(await creation.has_ended(), ApplicationError)
    assert await bench.hands.create(bench.node)
    assert bench.machines() == 1


async def test_a_creation_cancelled_during_its_clone_call_leaves_the_task_on_record(
    bench: Bench,
) -> None:
    """Or the removal that follows would find nothing, and the machine would come later."""
    bench.control.delay({"CloneVM_Task": 2000})
    bench.wire.hold_answers()
    creation = bench.begin_creation()
    await creation.until(bench.arrived)
    creation.cancel()
    bench.wire.release_answers()
    assert isinstance(await creation.has_ended(), CancelledError)
    assert bench.row.clone_task
    await bench.hands.destroy(bench.node)
    assert bench.row.phase == Phase.GONE
    assert bench.machines() == 0
