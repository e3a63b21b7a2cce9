"""Builds whose Packer, worker or vCenter fails, by a Packer that does as it is told."""

import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from lab.guests.control import GuestsControl
from lab.vcenter.control import Control
from provisioner.domain import marks
from provisioner.images.definitions import Definitions
from provisioner.images.redaction import HIDDEN
from provisioner.store import images, resources, vcenters
from tests.workflow.hands import Hands
from tests.workflow.image_guests import guests_of
from tests.workflow.images import BUILD, TEMPLATE, VERSION, ImageSubject, ScriptedPacker
from tests.workflow.images import install_packer as install
from tests.workflow.killable import killable_worker
from tests.workflow.plain_document import PLAIN, document
from tests.workflow.servers import Servers
from tests.workflow.site import Site
from tests.workflow.subject import USER, Subject
from workflows.contracts import TaskInput

TASKS = ("build", "boot-test", "mark", "copy", "register")


@pytest.fixture(scope="module")
def guests(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuestsControl]:
    with guests_of(servers.vcenter, tmp_path_factory.mktemp("guests")) as control:
        yield control


@pytest.fixture
def packer(site: Site, guests: GuestsControl, tmp_path: Path) -> ScriptedPacker:
    return install(site, tmp_path / "packer", image_boot_test_seconds=30)


@pytest.fixture
async def running(packer: ScriptedPacker) -> AsyncIterator[Site]:
    async with packer.site.worker():
        await packer.site.begin()
        yield packer.site


async def test_a_build_ends_with_a_marked_template(running: Site, packer: ScriptedPacker) -> None:
    subject = ImageSubject.ask(running, BUILD | {"copies": ["storage-1"]})
    await subject.becomes("RUNNING")

    assert subject.task_states() == dict.fromkeys(TASKS, "done")
    image, found = subject.image, subject.in_vcenter()
    assert (image.os, image.kubernetes_version) == ("debian12", VERSION)
    assert image.report["checks"]
    assert image.report["bootTest"]["ok"]
    assert set(found) == {"an-image", "an-image-storage-1"}
    with running.database.read() as session:
        owner = vcenters.owner_mark(session)
    for template in found.values():
        assert template.marks == {
            marks.IMAGE_OWNER: owner,
            marks.IMAGE: subject.id,
            marks.IMAGE_DEFINITION: "debian-12-node",
            marks.IMAGE_DIGEST: image.digest,
            marks.IMAGE_OS: "debian12",
            marks.IMAGE_KUBERNETES: VERSION,
        }
        assert not template.extra_config.get("guestinfo.userdata")
    assert {one.path for one in subject.templates().values()} == {
        f"{subject.folder}/an-image",
        f"{subject.folder}/an-image-storage-1",
    }


async def test_packer_is_told_where_and_what_and_no_password(
    running: Site, packer: ScriptedPacker
) -> None:
    placement = BUILD["placement"] | {"resourcePool": "production", "cluster": None}
    asked = BUILD | {"variables": {"apt_mirror": "http://mirror/"}, "placement": placement}
    packer.plan(hang="start")
    subject = ImageSubject.ask(running, asked)
    await subject.until(lambda: packer.hangs)

    told = packer.told()["told"]
    assert told["cluster"] == "/DC1/host/compute-1"
    assert told["resource_pool"] == "production"
    assert told["folder"] == subject.folder.removeprefix("/DC1/vm/")
    assert (told["datastore"], told["network"]) == ("/DC1/datastore/local-1", "/DC1/network/nodes")
    assert (told["template"], told["vm_name"]) == (TEMPLATE, "an-image")
    assert (told["kubernetes_version"], told["apt_mirror"]) == (VERSION, "http://mirror/")
    assert running.servers.vcenter.password not in str(packer.told())
    subject.delete()
    await subject.is_gone()


async def test_a_log_is_kept_without_the_password(running: Site, packer: ScriptedPacker) -> None:
    subject = ImageSubject.ask(running, BUILD)
    await subject.becomes("RUNNING")
    log = "\n".join(subject.log())
    assert f"==> vsphere-clone.image: {HIDDEN} is the password, said carelessly" in log
    assert running.servers.vcenter.password not in log
    assert "Build 'vsphere-clone.image' finished." in log


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
    packer = install(site, tmp_path / "packer", image_build_seconds=3)
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


async def test_success_without_a_template_is_none(running: Site, packer: ScriptedPacker) -> None:
    packer.plan(leave=False)
    subject = ImageSubject.ask(running, BUILD)
    await subject.becomes("FAILED")
    assert "there is no template an-image in" in subject.operations()[-1].reason
    assert subject.machines() == []


async def test_no_packer_is_told_with_its_setting(
    site: Site, guests: GuestsControl, tmp_path: Path
) -> None:
    bare = install(site, tmp_path / "packer", packer="/nowhere/packer").site
    async with bare.worker():
        await bare.begin()
        subject = ImageSubject.ask(bare, BUILD)
        await subject.becomes("FAILED")
    assert "PKE_PACKER" in subject.operations()[-1].reason


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
    packer = install(site, tmp_path / "packer", image_definitions=folder)
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


async def test_builds_beyond_those_at_a_time_wait(
    site: Site, guests: GuestsControl, tmp_path: Path
) -> None:
    packer = install(site, tmp_path / "packer", concurrent_image_builds=1)
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
    packer = install(site, tmp_path / "packer", **given)
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


async def test_a_place_that_is_gone_is_told(running: Site, packer: ScriptedPacker) -> None:
    placement = BUILD["placement"] | {"datastore": "sold"}
    subject = ImageSubject.ask(running, BUILD | {"placement": placement})
    await subject.becomes("FAILED")
    assert "placement.datastore: no datastore 'sold'" in subject.operations()[-1].reason
    assert packer.pids == []


async def test_what_keeps_no_more_than_one_lets_the_older_go(
    running: Site, packer: ScriptedPacker
) -> None:
    older = ImageSubject.ask(running, BUILD, "older")
    await older.becomes("RUNNING")
    newer = ImageSubject.ask(running, BUILD | {"keep": 1}, "newer")
    await newer.becomes("RUNNING")

    await older.until(lambda: older.row.deleted_at is not None)

    assert set(newer.in_vcenter()) == {"newer"}
    assert any("newer" in event.message for event in older.events())


async def test_a_template_that_was_renamed_or_moved_is_released_all_the_same(
    running: Site, packer: ScriptedPacker
) -> None:
    subject = ImageSubject.ask(running, BUILD | {"copies": ["storage-1"]})
    await subject.becomes("RUNNING")
    running.inspector.make_folder("golden", running.root_folder)
    moved = subject.templates()["an-image"].moref
    running.inspector.move(moved, f"{running.root_folder}/golden")
    running.inspector.rename(subject.templates()["an-image-storage-1"].moref, "the-best")

    subject.delete()
    await subject.until(lambda: subject.row.deleted_at is not None)

    assert subject.machines() == []
    assert subject.events("FolderKept") == []


async def test_a_login_that_is_refused_is_not_tried_by_packer(
    running: Site, packer: ScriptedPacker
) -> None:
    running.give_credentials("outdated", version=2)
    subject = ImageSubject.ask(running, BUILD)
    await subject.until(lambda: bool(subject.events("Trouble")))
    assert packer.pids == []
    running.give_credentials(running.servers.vcenter.password, version=3)
    await subject.becomes("RUNNING", seconds=60)


async def test_a_task_that_ran_already_may_run_again(
    site: Site, packer: ScriptedPacker, running: Site
) -> None:
    """As when a worker dies right before it can tell."""
    subject = ImageSubject.ask(running, BUILD | {"copies": ["storage-1"]})
    await subject.becomes("RUNNING")
    before = {name: one.moref for name, one in subject.in_vcenter().items()}
    composition = packer.site.compose()
    hands = Hands(packer.site, composition)
    for task in ("boot-test", "mark", "copy", "register"):
        await hands.run_task(subject, task)
    await composition.close()
    assert {name: one.moref for name, one in subject.in_vcenter().items()} == before
    assert len(subject.events("ImageRegistered")) == 1


async def test_a_build_that_ran_already_may_run_again(
    site: Site, packer: ScriptedPacker, running: Site
) -> None:
    """What is on record of the first one's template goes with it."""
    subject = ImageSubject.ask(running, BUILD)
    await subject.becomes("RUNNING")
    composition = packer.site.compose()
    hands = Hands(packer.site, composition)
    for task in ("build", "boot-test", "mark", "copy"):
        await hands.run_task(subject, task)
    await composition.close()

    with running.database.read() as session:
        rows = [row.moref for row in images.templates(session, subject.id)]
    assert rows == [subject.in_vcenter()["an-image"].moref]


async def test_a_folder_that_is_deleted_between_attempts_is_made_anew(
    running: Site, packer: ScriptedPacker
) -> None:
    packer.plan(fail="alas")
    subject = ImageSubject.ask(running, BUILD)
    await subject.becomes("FAILED")
    running.inspector.destroy_folder(subject.folder)

    packer.plan()
    subject.retry()
    await subject.becomes("RUNNING")
    subject.delete()
    await subject.is_gone()


async def test_a_folder_that_is_deleted_under_packer_is_found_again(
    running: Site, packer: ScriptedPacker
) -> None:
    """Packer makes one itself when there is none."""
    packer.plan(hang="start")
    subject = ImageSubject.ask(running, BUILD)
    await subject.until(lambda: packer.hangs)
    running.inspector.destroy_folder(subject.folder)
    running.inspector.make_folder(subject.folder.rpartition("/")[2], running.root_folder)

    packer.plan()
    await subject.becomes("RUNNING")
    subject.delete()
    await subject.is_gone()


async def test_a_folder_that_was_renamed_between_attempts_is_told_and_released(
    running: Site, packer: ScriptedPacker
) -> None:
    packer.plan(fail="alas")
    subject = ImageSubject.ask(running, BUILD)
    await subject.becomes("FAILED")
    running.inspector.rename_folder(subject.folder, "golden")

    packer.plan()
    subject.retry()
    await subject.becomes("FAILED")
    assert f"is not {subject.folder} any more" in subject.operations()[-1].reason
    subject.delete()
    await subject.is_gone()


async def test_nodes_cloned_from_it_are_ours_all_the_same(
    running: Site, packer: ScriptedPacker
) -> None:
    """They inherit its marks, which tell what they were made from."""
    image = ImageSubject.ask(running, BUILD)
    await image.becomes("RUNNING")
    wanted = document(1, {})
    wanted["groups"][0]["template"] = f"{image.folder}/an-image"
    asked = resources.NewResource(running.org_id, PLAIN, "c1", running.vcenter_id, wanted, USER)
    with running.database.write() as session:
        resource, _ = resources.create(session, asked)
    nodes = Subject(running, resource.id, PLAIN)
    nodes.poke()
    await nodes.becomes("RUNNING")

    [node] = nodes.nodes()
    [machine] = [one for one in nodes.machines() if one.moref == node.moref]
    assert (machine.marks[marks.NODE], machine.marks[marks.IMAGE]) == (node.id, image.id)

    nodes.delete()
    await nodes.until(lambda: nodes.row.deleted_at is not None)
    assert set(image.in_vcenter()) == {"an-image"}
