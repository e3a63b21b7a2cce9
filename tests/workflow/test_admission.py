"""Nodes that reported ready become members, each by itself."""

from pathlib import Path
from threading import Event

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle

from lab.vcenter.control import Control
from provisioner.domain.nodes import Phase
from provisioner.store import nodes
from tests.workflow.hands import Hands
from tests.workflow.killable import killable_worker
from tests.workflow.plain_document import CORE, PLAIN, RELEASE
from tests.workflow.plain_kind import Kept
from tests.workflow.site import Site
from tests.workflow.subject import Subject
from tests.workflow.waiting import until_async
from workflows.activities.sightings import DISAPPEARED
from workflows.contracts import admission_workflow
from workflows.kinds.interface import NotYet

CANCELLED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED
SECONDS = 60.0


class Doors:
    """While they are closed, nobody of the group gets in: an error, or no answer at all."""

    def __init__(self, site: Site, error: Exception | None = None, group: str = "pool1") -> None:
        self._site, self._error, self._group = site, error, group
        self.open, self.asked = Event(), Event()
        site.kind.on_admit = self._pass

    def _pass(self, node_id: str) -> None:
        with self._site.database.read() as session:
            node = nodes.get(session, node_id)
        if node.group != self._group or self.open.is_set():
            return
        self.asked.set()
        if self._error:
            raise self._error
        self.open.wait(SECONDS)


async def test_nobody_waits_for_another_ones_proof(running: Site) -> None:
    doors = Doors(running)
    subject = Subject.create(running, pool1=1, other=2)
    subject.guests.gets_ready = lambda node: node.group != "other" or doors.asked.is_set()
    await subject.until(lambda: len(subject.ready("other")) == 2)
    assert not doors.open.is_set()
    doors.open.set()
    await subject.becomes("RUNNING")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NotYet("the test says no"), "the test says no"),
        (Kept("the test keeps it out"), "the test keeps it out"),
        (KeyError("geheim"), "an error that nobody foresaw (KeyError); the worker's log has it"),
    ],
    ids=["not yet", "trouble", "unforeseen"],
)
async def test_why_a_node_waits_is_told_while_it_does(
    running: Site, error: Exception, told: str
) -> None:
    doors = Doors(running, error)
    subject = Subject.create(running, pool1=1)
    await subject.until(lambda: [node.problem for node in subject.nodes("pool1")] == [told])
    doors.open.set()
    await subject.becomes("RUNNING")
    assert [node.problem for node in subject.nodes("pool1")] == [None]


async def test_what_is_released_has_no_admission_under_way(running: Site) -> None:
    doors = Doors(running)
    subject = Subject.create(running, pool1=1)
    await subject.until(doors.asked.is_set)
    [core] = subject.nodes(CORE)
    subject.delete()
    await until_async(lambda: _is_cancelled(_admission(subject)), SECONDS, subject.describe)
    assert RELEASE not in running.kind.names("run_task")
    doors.open.set()
    await subject.until(lambda: subject.row.deleted_at is not None)
    await subject.until_no_workflow_runs()
    assert [one.node_id for one in subject.events("NodeReady")] == [core.id]


async def test_whose_machine_is_gone_has_failed(site: Site, hands: Hands) -> None:
    """Nobody has watched."""
    subject, [node] = await hands.plan()
    subject.guests.hints = False
    assert await hands.create(node)
    subject.guests.report_ready(node)
    [made] = subject.nodes()
    site.inspector.destroy(str(made.moref))
    await hands.do("admit", subject.id)
    [failed] = subject.nodes()
    assert (failed.phase, failed.failure) == (Phase.CREATING, DISAPPEARED)


async def test_a_report_before_the_power_on_is_on_record_starts_the_admission(
    site: Site, hands: Hands
) -> None:
    """The worker that powered it on has died, and the next one takes its time."""
    subject, [node] = await hands.plan()
    subject.guests.hints = False
    subject.guests.report_ready(node)
    await hands.do("admit", subject.id)
    assert [one.phase for one in subject.nodes()] == [Phase.CREATING]
    assert await hands.create(node)
    assert (await _admission(subject).describe()).id == admission_workflow(PLAIN, subject.id)


async def test_a_worker_that_stops_does_not_wait_for_who_is_not_ready_yet(
    site: Site, hands: Hands
) -> None:
    doors = Doors(site, NotYet("the test says no"), CORE)
    subject, [node] = await hands.plan()
    subject.guests.hints = False
    assert await hands.create(node)
    subject.guests.report_ready(node)
    admission = hands.begin("admit", subject.id)
    await admission.until(doors.asked.is_set)
    admission.environment.worker_shutdown()
    assert "this worker stops" in str(await admission.has_ended())


async def test_killed_while_it_admits(site: Site, control: Control, tmp_path: Path) -> None:
    control.delay({"ReconfigVM_Task": 3000})
    with killable_worker(site, tmp_path, "first") as first:
        await site.begin()
        subject = Subject.create(site, pool1=2)
        await subject.until(lambda: "ReconfigVM_Task" in control.requests())
        with killable_worker(site, tmp_path, "second"):
            first.kill()
            await subject.becomes("RUNNING")
            assert len(subject.machines()) == 3
            assert len(subject.events("NodeReady")) == 3


def _admission(subject: Subject) -> WorkflowHandle[object, object]:
    return subject.site.client.get_workflow_handle(admission_workflow(PLAIN, subject.id))


async def _is_cancelled(handle: WorkflowHandle[object, object]) -> bool:
    history = await handle.fetch_history()
    return any(event.event_type == CANCELLED for event in history.events)
