"""Builds whose worker stops, dies or freezes: another one begins anew."""

import os
import signal
from pathlib import Path

from tests.workflow.hands import Hands
from tests.workflow.images import BUILD, ImageSubject, ScriptedPacker
from tests.workflow.killable import killable_worker
from workflows.contracts import TaskInput


async def test_a_stopped_worker_takes_packer_along_and_the_next_begins_anew(
    packer: ScriptedPacker,
) -> None:
    packer.plan(hang="cloned")
    async with packer.site.worker():
        await packer.site.begin()
        subject = ImageSubject.ask(packer.site, BUILD)
        await subject.until(lambda: packer.hangs)
        assert "an-image" in subject.in_vcenter()
    assert not packer.is_alive()
    packer.plan()
    async with packer.site.worker():
        await subject.becomes("RUNNING", seconds=60)
    assert len(packer.pids) == 2
    assert set(subject.in_vcenter()) == {"an-image"}


async def test_a_killed_worker_takes_packer_along_and_another_begins_anew(
    packer: ScriptedPacker, tmp_path: Path
) -> None:
    packer.plan(hang="cloned", deaf=True)
    with killable_worker(packer.site, tmp_path, "first") as first:
        await packer.site.begin()
        subject = ImageSubject.ask(packer.site, BUILD)
        await subject.until(lambda: packer.hangs)
        with killable_worker(packer.site, tmp_path, "second"):
            first.kill()
            await subject.until(lambda: not packer.is_alive())
            packer.plan()
            await subject.becomes("RUNNING", seconds=90)
    assert len(packer.pids) == 2
    assert not packer.is_alive()
    assert set(subject.in_vcenter()) == {"an-image"}


async def test_an_attempt_that_is_not_the_latest_leaves_the_other_alone(
    packer: ScriptedPacker,
) -> None:
    """A worker that was frozen, so that another one began anew, comes back."""
    composition = packer.site.compose()
    hands = Hands(packer.site, composition)
    await hands.do("verify", packer.site.vcenter_id)
    packer.plan(hang="cloned")
    subject = ImageSubject.ask(packer.site, BUILD)
    build = TaskInput(resource=subject.id, task="build", key="1")
    frozen = hands.begin("run_task", build)
    await frozen.until(lambda: packer.hangs)
    before = subject.in_vcenter()["an-image"].moref
    latest = hands.begin("run_task", build)
    await latest.until(lambda: _another(subject, before))

    os.kill(packer.pids[0], signal.SIGKILL)
    await frozen.has_ended()
    assert subject.task_states()["build"] == "running"
    packer.plan()

    assert await latest.has_ended() is None
    assert subject.task_states()["build"] == "done"
    assert subject.templates()["an-image"].moref == subject.in_vcenter()["an-image"].moref
    await composition.close()


def _another(subject: ImageSubject, moref: str) -> bool:
    found = subject.in_vcenter().get("an-image")
    return found is not None and found.moref != moref
