"""Work in threads, which can't be stopped: it is asked to end, and waited for."""

import asyncio
import threading
import time

from lab.waiting import wait_until
from provisioner.domain.nodes import Phase
from tests.workflow.hands import Hands
from tests.workflow.plain_document import PREPARE
from tests.workflow.site import Site
from tests.workflow.subject import Subject
from workflows.contracts import TaskInput
from workflows.kinds.interface import Unwanted

SECONDS = 90


async def test_a_worker_that_stops_leaves_it_to_the_next(site: Site) -> None:
    site.kind.on_retire = _never_done
    async with site.worker():
        await site.begin()
        subject = await _scaling_down(site)
        begun = time.monotonic()
    assert time.monotonic() - begun < SECONDS / 2
    assert subject.events("NodeRetired") == []

    site.kind.on_retire = lambda *_: None
    async with site.worker():
        await subject.becomes("RUNNING")
    assert len(subject.events("NodeRetired")) == 1
    assert len(subject.machines()) == 1


async def test_deletion_does_not_wait_for_it(running: Site) -> None:
    running.kind.on_retire = _never_done
    subject = await _scaling_down(running)
    subject.delete()
    await subject.until(lambda: subject.row.deleted_at is not None, SECONDS)
    assert subject.events("NodeRetired") == []
    assert subject.machines() == []


async def test_a_cancelled_activity_ends_no_sooner_than_its_work(site: Site, hands: Hands) -> None:
    """Or a removal that follows would miss what is made after it."""
    subject, _ = await hands.plan()
    may_end = threading.Event()
    site.kind.on_task = lambda _: _wait(may_end)
    task = hands.begin("run_task", TaskInput(resource=subject.id, task=PREPARE, key="1"))
    await task.until(lambda: site.kind.names("run_task") == [PREPARE])
    task.cancel()
    await asyncio.wait([task.running], timeout=0.2)
    assert not task.running.done()
    may_end.set()
    assert isinstance(await task.has_ended(), asyncio.CancelledError)


async def _scaling_down(site: Site) -> Subject:
    subject = Subject.create(site, pool1=1)
    await subject.becomes("RUNNING")
    subject.scale(pool1=0)
    await subject.until(lambda: site.kind.names("retire") != [])
    assert [node.phase for node in subject.nodes("pool1")] == [Phase.REMOVING]
    return subject


def _never_done(_: str, unwanted: Unwanted) -> None:
    """As a drain that a disruption budget holds up."""
    assert wait_until(unwanted, SECONDS)


def _wait(event: threading.Event) -> None:
    assert event.wait(SECONDS)
