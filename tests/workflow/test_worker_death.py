"""Workers that end in the middle: another one goes on, with exactly the machines asked for."""

from collections.abc import Callable
from pathlib import Path

from lab.vcenter.control import Control
from provisioner.domain.nodes import Phase
from tests.workflow.killable import killable_worker
from tests.workflow.site import Site
from tests.workflow.subject import Subject


async def test_stopped_without_grace(site: Site, control: Control) -> None:
    """While it clones, and while it removes."""
    control.delay({"CloneVM_Task": 1500, "Destroy_Task": 500})
    async with site.worker():
        await site.begin()
        subject = Subject.create(site, pool1=2)
        await subject.until(lambda: _count(subject, lambda n: n.clone_task) > 0)
    async with site.worker():
        await subject.becomes("RUNNING")
        assert control.requests()["CloneVM_Task"] == len(subject.machines()) == 3
        subject.delete()
        await subject.until(lambda: _count(subject, lambda n: n.phase == Phase.REMOVING) > 0)
    async with site.worker():
        await subject.until(lambda: subject.row.deleted_at is not None)
        assert subject.machines() == []
        await subject.until_no_workflow_runs()


async def test_killed_while_it_clones(site: Site, control: Control, tmp_path: Path) -> None:
    """Clones go on and are taken over, also that of a machine which is not wanted any more: its
    creation ends when the dead worker is noticed. The vCenter's watch moves as well.
    """
    control.delay({"CloneVM_Task": 4000})
    with killable_worker(site, tmp_path, "first") as first:
        await site.begin()
        subject = Subject.create(site, pool1=2)
        await subject.until(lambda: _count(subject, lambda n: n.clone_task) == 3)
        with killable_worker(site, tmp_path, "second"):
            first.kill()
            subject.scale(pool1=1)
            await subject.becomes("RUNNING")
            assert control.requests()["CloneVM_Task"] == 3
            assert len(subject.machines()) == 2


def _count(subject: Subject, holds: Callable[..., object]) -> int:
    return sum(bool(holds(node)) for node in subject.nodes())
