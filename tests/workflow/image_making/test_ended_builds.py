"""Builds whose Packer is killed, late or not wanted any more."""

from pathlib import Path

import pytest

from lab.guests.control import GuestsControl
from lab.vcenter.control import Control
from tests.workflow.images import BUILD, ImageSubject, ScriptedPacker, install_packer
from tests.workflow.site import Site


async def test_a_killed_packer_leaves_no_machine(running: Site, packer: ScriptedPacker) -> None:
    packer.plan(hang="cloned")
    subject = ImageSubject.ask(running, BUILD)
    await subject.until(lambda: packer.hangs)
    assert "an-image" in subject.in_vcenter()

    packer.kill()
    await subject.becomes("FAILED")

    assert "was killed (signal 9)" in subject.operations()[-1].reason
    assert any("was killed (signal 9)" in line for line in subject.log())
    assert subject.machines() == []


async def test_how_far_packer_is_is_shown_with_the_step(
    running: Site, packer: ScriptedPacker
) -> None:
    packer.plan(hang="cloned")
    subject = ImageSubject.ask(running, BUILD)
    await subject.until(lambda: subject.details().get("build") == "Packer: Waiting for IP")
    packer.kill()
    await subject.becomes("FAILED")


async def test_packer_killed_while_vcenter_clones(
    running: Site, packer: ScriptedPacker, control: Control
) -> None:
    """The clone comes when nobody waits for it any more."""
    control.delay({"CloneVM_Task": 3000})
    packer.plan(hang="cloning")
    subject = ImageSubject.ask(running, BUILD)
    await subject.until(lambda: packer.hangs)
    assert "an-image" not in subject.in_vcenter()

    packer.kill()
    await subject.becomes("FAILED")

    assert subject.machines() == []


async def test_a_build_beyond_its_deadline_is_ended(
    site: Site, guests: GuestsControl, tmp_path: Path
) -> None:
    packer = install_packer(site, tmp_path / "packer", image_build_seconds=3)
    packer.plan(hang="cloned")
    async with packer.site.worker():
        await packer.site.begin()
        subject = ImageSubject.ask(packer.site, BUILD)
        await subject.becomes("FAILED")
    assert "within 3 s" in subject.operations()[-1].reason
    assert not packer.is_alive()
    assert subject.machines() == []


@pytest.mark.parametrize("where", ["start", "cloning", "cloned"])
async def test_a_cancelled_build_leaves_nothing(
    running: Site, packer: ScriptedPacker, control: Control, where: str
) -> None:
    control.delay({"CloneVM_Task": 1500})
    packer.plan(hang=where)
    subject = ImageSubject.ask(running, BUILD)
    await subject.until(lambda: packer.hangs)

    subject.delete()
    await subject.is_gone()

    assert not packer.is_alive()
    assert [one.state for one in subject.operations()] == ["superseded", "succeeded"]
    assert any("cancelled" in line for line in subject.log())
