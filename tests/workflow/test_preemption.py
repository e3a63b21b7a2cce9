"""The last word counts: what is under way and no longer wanted is given up at once."""

import time

import pytest

from lab.vcenter.control import Control
from provisioner.domain.nodes import Phase
from tests.workflow.hands import Hands
from tests.workflow.plain_document import RELEASE, TICKETS
from tests.workflow.site import Site
from tests.workflow.subject import Subject
from workflows.contracts import NodeInput

SLOW_CLONE_MS = 60_000
# Ends before the cancellation of its activity arrives, which comes with a heartbeat.
QUICK_CLONE_MS = 1200


@pytest.mark.parametrize("clone_ms", [SLOW_CLONE_MS, QUICK_CLONE_MS])
async def test_delete_does_not_wait_for_clones(
    running: Site, control: Control, clone_ms: int
) -> None:
    control.delay({"CloneVM_Task": clone_ms})
    subject = Subject.create(running, pool1=2)
    await subject.until(lambda: _all_cloning(subject))
    begun = time.monotonic()
    subject.delete()
    await subject.until(lambda: subject.row.deleted_at is not None, seconds=20)
    assert time.monotonic() - begun < SLOW_CLONE_MS / 1000 / 3
    assert subject.machines() == []
    assert subject.site.inspector.folders(subject.site.root_folder) == []
    assert subject.leases() == 0
    await subject.until_no_workflow_runs()
    created, deleted = subject.operations()
    assert (created.state, created.superseded_by) == ("superseded", deleted.id)
    assert deleted.state == "succeeded"


async def test_a_cancelled_clone_does_not_come_later(
    site: Site, hands: Hands, control: Control
) -> None:
    subject, [node] = await hands.plan()
    control.delay({"CloneVM_Task": 2000})
    creation = hands.begin("create_machine", NodeInput(node=node.id))
    await creation.until(lambda: subject.nodes()[0].clone_task is not None)
    creation.cancel()
    await creation.has_ended()
    control.clear_delays()
    await hands.destroy(node)
    assert subject.nodes() == []
    control.delay({"CloneVM_Task": 2000})
    site.inspector.make_machine(site.root_folder, "begun after it, and as slow")
    assert [one.name for one in subject.machines()] == ["begun after it, and as slow"]


async def test_a_task_that_deletion_overtook_does_nothing(site: Site, hands: Hands) -> None:
    subject, _ = await hands.plan()
    before = subject.task_states()
    subject.delete(poke=False)
    await hands.run_task(subject, TICKETS)
    assert site.kind.names("run_task") == []
    assert subject.task_states() == before
    await hands.run_task(subject, RELEASE)
    assert site.kind.names("run_task") == [RELEASE]


async def test_quick_changes_end_with_the_last(running: Site) -> None:
    subject = Subject.create(running, pool1=2)
    await subject.until(lambda: any(node.powered_on_at for node in subject.nodes("pool1")))
    subject.scale(pool1=6)
    await subject.until(lambda: len(subject.nodes("pool1")) == 6)
    subject.scale(pool1=1)
    await subject.becomes("RUNNING")
    assert len(subject.machines()) == 2
    assert [node.phase for node in subject.nodes("pool1")] == [Phase.READY]
    states = [one.state for one in subject.operations()]
    assert states == ["superseded", "superseded", "succeeded"]
    assert subject.row.observed_generation == 3


def _all_cloning(subject: Subject) -> bool:
    found = subject.nodes()
    return len(found) == 3 and all(node.clone_task for node in found)
