"""Builds that wait for others."""

from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from lab.guests.control import GuestsControl
from lab.vcenter.control import Control
from tests.workflow.hands import Hands
from tests.workflow.images import BUILD, ImageSubject, build_of, install_packer
from tests.workflow.site import Site


async def test_builds_beyond_those_at_a_time_wait(
    site: Site, guests: GuestsControl, tmp_path: Path
) -> None:
    packer = install_packer(site, tmp_path / "packer", concurrent_image_builds=1)
    packer.plan(hang="start")
    async with packer.site.worker():
        await packer.site.begin()
        first = ImageSubject.ask(packer.site, BUILD, "first")
        await first.until(lambda: packer.hangs)
        second = ImageSubject.ask(packer.site, BUILD, "second")
        await second.until(lambda: "waiting" in second.details().get("build", ""))
        assert len(packer.pids) == 1
        packer.plan()
        await first.becomes("RUNNING")
        await second.becomes("RUNNING")


async def test_waiting_for_others_runs_no_clock(
    site: Site, guests: GuestsControl, control: Control, tmp_path: Path
) -> None:
    """A trouble that passes is borne by who waited long, as by who did not."""
    given = {
        "concurrent_image_builds": 1,
        "image_build_seconds": 5,
        "image_boot_test_seconds": 30,
        "deadlines": site.settings.deadlines.model_copy(update={"task": 0}),
    }
    packer = install_packer(site, tmp_path / "packer", **given)
    packer.plan(hang="start")
    control.inject("CreateFolder", "task-in-progress", count=1, skip=2)
    async with packer.site.worker():
        await packer.site.begin()
        first, second, third = [await _asked(packer.site, f"image-{number}") for number in range(3)]
        await second.becomes("FAILED")
        packer.plan()
        await third.becomes("RUNNING", seconds=60)
    assert first.row.status == "FAILED"
    assert "build: " in third.events("Trouble")[0].message


async def test_builds_of_all_workers_count(
    site: Site, guests: GuestsControl, tmp_path: Path
) -> None:
    packer = install_packer(site, tmp_path / "packer", concurrent_image_builds=1)
    packer.plan(hang="start")
    one, other = packer.site.compose(), packer.site.compose()
    await Hands(packer.site, one).do("verify", packer.site.vcenter_id)
    first = ImageSubject.ask(packer.site, BUILD, "first")
    second = ImageSubject.ask(packer.site, BUILD, "second")
    building = Hands(packer.site, one).begin("run_task", build_of(first))
    await building.until(lambda: packer.hangs)

    with pytest.raises(ApplicationError, match="waiting for other builds"):
        await Hands(packer.site, other).do("run_task", build_of(second))
    packer.plan()
    assert await building.has_ended() is None
    await Hands(packer.site, other).do("run_task", build_of(second))

    assert len(packer.pids) == 2
    for composition in (one, other):
        await composition.close()


async def _asked(site: Site, name: str) -> ImageSubject:
    """Its task has begun, if only to wait."""
    subject = ImageSubject.ask(site, BUILD, name)
    await subject.until(lambda: bool(subject.details().get("build")))
    return subject
