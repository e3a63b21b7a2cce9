"""Builds that wait for others."""

from pathlib import Path

from lab.guests.control import GuestsControl
from lab.vcenter.control import Control
from tests.workflow.images import BUILD, ImageSubject, install_packer
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
        images_asked = []
        for number in range(3):
            images_asked.append(ImageSubject.ask(packer.site, BUILD, f"image-{number}"))
            await images_asked[0].until(lambda: packer.hangs)
        first, second, third = images_asked
        await second.becomes("FAILED")
        packer.plan()
        await third.becomes("RUNNING")
    assert first.row.status == "FAILED"
    assert "build: " in third.events("Trouble")[0].message
