"""Builds whose worker stops, dies or freezes: another one begins anew."""

from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from tests.workflow.hands import Hands
from tests.workflow.images import BUILD, ImageSubject, ScriptedPacker, build_of
from tests.workflow.killable import killable_worker


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


async def test_an_attempt_that_another_one_follows_ends_before_that_one_begins(
    packer: ScriptedPacker,
) -> None:
    """Temporal hears nothing of a worker that goes on all the same, and gives its task away."""
    cut_off, other = packer.site.compose(), packer.site.compose()
    await Hands(packer.site, cut_off).do("verify", packer.site.vcenter_id)
    packer.plan(hang="cloned")
    subject = ImageSubject.ask(packer.site, BUILD)
    first = Hands(packer.site, cut_off).begin("run_task", build_of(subject))
    await first.until(lambda: packer.hangs)

    with pytest.raises(ApplicationError, match="waiting for an earlier attempt to end"):
        await Hands(packer.site, other).do("run_task", build_of(subject))
    assert "another attempt's" in str(await first.has_ended())
    assert not packer.is_alive()
    assert subject.task_states()["build"] == "running"

    packer.plan()
    await Hands(packer.site, other).do("run_task", build_of(subject))
    assert subject.task_states()["build"] == "done"
    assert subject.templates()["an-image"].moref == subject.in_vcenter()["an-image"].moref
    for composition in (cut_off, other):
        await composition.close()


async def test_nothing_is_released_below_an_attempt_that_goes_on(packer: ScriptedPacker) -> None:
    """Whoever is cut off from Temporal hears of no cancellation."""
    cut_off, other = packer.site.compose(), packer.site.compose()
    await Hands(packer.site, cut_off).do("verify", packer.site.vcenter_id)
    packer.plan(hang="cloned")
    subject = ImageSubject.ask(packer.site, BUILD)
    first = Hands(packer.site, cut_off).begin("run_task", build_of(subject))
    await first.until(lambda: packer.hangs)
    subject.delete(poke=False)

    with pytest.raises(ApplicationError, match="waiting for an earlier attempt to end"):
        await Hands(packer.site, other).run_task(subject, "release")
    assert await first.has_ended() is not None
    await Hands(packer.site, other).run_task(subject, "release")

    assert subject.machines() == []
    assert not packer.is_alive()
    for composition in (cut_off, other):
        await composition.close()
