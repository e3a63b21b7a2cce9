"""Builds that fail: each says why and leaves no machine."""

import shutil
from pathlib import Path

from lab.guests.control import GuestsControl
from provisioner.images.definitions import Definitions
from tests.workflow.images import BUILD, ImageSubject, ScriptedPacker, install_packer
from tests.workflow.site import Site


async def test_a_failed_build_leaves_its_reason_and_no_machine(
    running: Site, packer: ScriptedPacker
) -> None:
    packer.plan(fail="no package of kubeadm 9.9.9, alas")
    subject = ImageSubject.ask(running, BUILD)
    await subject.becomes("FAILED")

    assert "no package of kubeadm 9.9.9, alas" in subject.operations()[-1].reason
    assert "no package of kubeadm 9.9.9, alas" in subject.log()
    assert subject.log()[-1].startswith("build failed: Packer ended with 1")
    assert subject.machines() == []

    packer.plan()
    subject.retry()
    await subject.becomes("RUNNING")
    assert len(packer.pids) == 2


async def test_success_without_a_template_is_none(running: Site, packer: ScriptedPacker) -> None:
    packer.plan(leave=False)
    subject = ImageSubject.ask(running, BUILD)
    await subject.becomes("FAILED")
    assert "there is no template an-image in" in subject.operations()[-1].reason
    assert subject.machines() == []


async def test_no_packer_is_told_with_its_setting(
    site: Site, guests: GuestsControl, tmp_path: Path
) -> None:
    bare = install_packer(site, tmp_path / "packer", packer="/nowhere/packer").site
    async with bare.worker():
        await bare.begin()
        subject = ImageSubject.ask(bare, BUILD)
        await subject.becomes("FAILED")
    assert "PKE_PACKER" in subject.operations()[-1].reason


async def test_a_definition_that_is_gone_is_told(running: Site, packer: ScriptedPacker) -> None:
    subject = ImageSubject.ask(running, BUILD | {"definition": "debian-11-node"})
    await subject.becomes("FAILED")
    assert "there is no image definition 'debian-11-node'" in subject.operations()[-1].reason
    assert packer.pids == []


async def test_other_inputs_than_asked_for_are_not_built(
    site: Site, guests: GuestsControl, tmp_path: Path
) -> None:
    """As when a script was changed before a retry, or between the API's copy and the worker's."""
    folder = tmp_path / "definitions"
    shutil.copytree(Definitions(None).folder, folder)
    packer = install_packer(site, tmp_path / "packer", image_definitions=folder)
    packer.plan(fail="not yet")
    async with packer.site.worker():
        await packer.site.begin()
        subject = ImageSubject.ask(packer.site, BUILD)
        await subject.becomes("FAILED")
        (folder / "scripts" / "kernel.sh").write_text("#!/bin/sh\n")
        packer.plan()
        subject.retry()
        await subject.until(lambda: "changed since" in (subject.operations()[-1].reason or ""))
    assert len(packer.pids) == 1


async def test_what_reports_another_system_than_it_is_becomes_no_image(
    running: Site, packer: ScriptedPacker
) -> None:
    packer.plan(os="ubuntu24.04")
    subject = ImageSubject.ask(running, BUILD)
    await subject.becomes("FAILED")
    assert "is debian12, not ubuntu24.04" in subject.operations()[-1].reason


async def test_a_place_that_is_gone_is_told(running: Site, packer: ScriptedPacker) -> None:
    placement = BUILD["placement"] | {"datastore": "sold"}
    subject = ImageSubject.ask(running, BUILD | {"placement": placement})
    await subject.becomes("FAILED")
    assert "placement.datastore: no datastore 'sold'" in subject.operations()[-1].reason
    assert packer.pids == []


async def test_a_login_that_is_refused_is_not_tried_by_packer(
    running: Site, packer: ScriptedPacker
) -> None:
    running.give_credentials("outdated", version=2)
    subject = ImageSubject.ask(running, BUILD)
    await subject.until(lambda: bool(subject.events("Trouble")))
    assert packer.pids == []
    running.give_credentials(running.servers.vcenter.password, version=3)
    await subject.becomes("RUNNING", seconds=60)
