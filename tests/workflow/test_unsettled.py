"""What the minute's schedule makes up for: lost hints, and machines that came back."""

from datetime import timedelta

import pytest
from temporalio.client import Client

from provisioner.domain import marks
from provisioner.domain.ids import new_uuid
from provisioner.domain.nodes import Phase
from provisioner.domain.planning.tasks import RESTART_AFTER
from provisioner.domain.planning.wishes import TaskState, TaskWish, When
from provisioner.store import resources, tasks, vcenters
from provisioner.store.nodes import get
from provisioner.store.tables import Task
from provisioner.store.types import utc_now
from tests.workflow.hands import Hands
from tests.workflow.plain_document import PREPARE
from tests.workflow.site import Site
from tests.workflow.subject import Subject
from workflows.contracts import UNSETTLED, LookInput
from workflows.schedules import ensure_schedules


async def test_lost_hints(running: Site) -> None:
    """Of a creation, of a node that reported ready, of a change."""
    subject = Subject.create(running, poke=False)
    await running.poke_unsettled()
    subject.guests.hints = False
    await subject.until(lambda: any(node.leading_at for node in subject.nodes()))
    await subject.until(lambda: any(node.reported_ready_at for node in subject.nodes()))
    assert subject.nodes()[0].phase == Phase.CREATING
    await running.poke_unsettled()
    await subject.becomes("RUNNING")

    subject.scale(pool1=1, poke=False)
    await running.poke_unsettled()
    subject.guests.hints = True
    await subject.becomes("RUNNING")
    assert len(subject.machines()) == 2


@pytest.mark.parametrize(("state", "hurries"), [(TaskState.RUNNING, False), (TaskState.DONE, True)])
async def test_only_a_task_that_still_closes_is_a_reason_to_hurry(
    site: Site, hands: Hands, state: TaskState, hurries: bool
) -> None:
    """Not one that takes long: in both cases a run of it can't be started."""
    subject, _ = await hands.plan()
    with site.database.write() as session:
        wish = TaskWish(name=PREPARE, when=When.BEFORE_NODES, key="of something else")
        tasks.begin(session, resources.lock(session, subject.id), wish)
        row = session.get_one(Task, (subject.id, PREPARE))
        row.state, row.started_at = state, utc_now() - RESTART_AFTER
    look = await hands.do("look", LookInput(resource=subject.id, now=utc_now()))
    assert (look.wake_in_seconds == 1.0) == hurries


async def test_a_machine_that_came_back_is_swept_and_no_other(running: Site) -> None:
    """As a clone does whose answer was lost. What a restored database does not know is younger
    than it, so it is left alone."""
    subject = Subject.create(running, pool1=1)
    await subject.becomes("RUNNING")
    [node] = subject.nodes("pool1")
    subject.scale()
    await subject.becomes("RUNNING")
    with running.database.write() as session:
        get(session, node.id).moref = None  # as a clone's lost answer leaves it

    place = running.root_folder
    others = {
        _make(running, "unmarked", {}),
        _make(running, "of an unknown cluster", _marks(running, new_uuid(), new_uuid())),
        *(one.moref for one in subject.machines()),
    }
    returned = running.inspector.make_machine(
        place, node.name, uuid=node.instance_uuid, extra_config=_marks(running, subject.id, node.id)
    )
    await subject.until(lambda: running.sees(returned))
    await running.poke_unsettled()
    await subject.until(lambda: {one.moref for one in subject.machines()} == others)
    await subject.until_no_workflow_runs(frozenset({subject.workflow_id}))
    await running.poke_unsettled()
    assert {one.moref for one in subject.machines()} == others


async def test_a_machine_restored_from_a_backup_is_left_alone(running: Site) -> None:
    """Its row knows that the first one was proven gone; this one came by other ways."""
    subject = Subject.create(running, pool1=1)
    await subject.becomes("RUNNING")
    [node] = subject.nodes("pool1")
    subject.scale()
    await subject.becomes("RUNNING")
    marks = _marks(running, subject.id, node.id)
    restored = running.inspector.make_machine(
        running.root_folder, "restored", uuid=node.instance_uuid, extra_config=marks
    )
    await subject.until(lambda: running.sees(restored))
    await running.poke_unsettled()
    await subject.until_no_workflow_runs(frozenset({subject.workflow_id}))
    assert restored in {one.moref for one in subject.machines()}


async def test_schedules_are_brought_to_what_is_written(client: Client, site: Site) -> None:
    """At every start of a worker; one that an operator paused stays paused."""
    hourly = {UNSETTLED: timedelta(hours=1)}
    await ensure_schedules(client, "elsewhere", hourly)
    handle = client.get_schedule_handle(UNSETTLED)
    try:
        await handle.pause()
        await ensure_schedules(client, site.queue, {UNSETTLED: timedelta(minutes=1)})
        found = (await handle.describe()).schedule
        assert found.state.paused
        assert found.action.task_queue == site.queue
        assert [one.every for one in found.spec.intervals] == [timedelta(minutes=1)]
    finally:
        await handle.delete()


def _make(site: Site, name: str, marked: dict[str, str]) -> str:
    return site.inspector.make_machine(site.root_folder, name, extra_config=marked)


def _marks(site: Site, resource: str, node: str) -> dict[str, str]:
    with site.database.read() as session:
        owner = vcenters.owner_mark(session)
    return {marks.OWNER: owner, marks.RESOURCE: resource, marks.NODE: node}
