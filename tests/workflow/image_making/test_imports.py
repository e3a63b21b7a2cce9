"""Templates made elsewhere: booted once by the lab's guests, copied, registered, released."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lab.guests.control import GuestsControl
from lab.guests.misbehaviour import NO_ADDRESS
from lab.vcenter.control import Control
from provisioner.store import images, inventory, resources
from tests.workflow.hands import Hands
from tests.workflow.images import IMPORT, TEMPLATE, VERSION, ImageSubject, install_packer
from tests.workflow.site import Site
from workflows.kinds.image_errors import ImageLeaves
from workflows.kinds.image_rows import ImageRows

ON_TWO = IMPORT | {"copies": ["storage-1", "storage-2"]}


@pytest.fixture
async def running(site: Site, guests: GuestsControl, tmp_path: Path) -> AsyncIterator[Site]:
    """Nobody has Packer here: an import needs none."""
    quick = install_packer(site, tmp_path / "packer", packer="/nowhere", image_boot_test_seconds=30)
    async with quick.site.worker():
        await quick.site.begin()
        yield quick.site


async def test_an_import_is_booted_and_registered(running: Site) -> None:
    subject = ImageSubject.ask(running, IMPORT)
    await subject.becomes("RUNNING")

    image = subject.image
    assert (image.os, image.kubernetes_version) == ("debian12", VERSION)
    assert image.registered_at is not None
    assert image.report["bootTest"]["ok"]
    template = subject.templates()["debian-12-node"]
    assert (template.path, template.datastore) == (TEMPLATE, "local-1")
    assert subject.machines() == []
    assert [one.state for one in subject.operations()] == ["succeeded"]
    assert len(subject.events("ImageRegistered")) == 1
    assert subject.log() == [
        f"{task} {what}"
        for task in ("boot-test", "copy", "register")
        for what in ("begins", "is done")
    ]


async def test_an_import_is_released_and_its_template_stays(running: Site) -> None:
    subject = ImageSubject.ask(running, ON_TWO)
    await subject.becomes("RUNNING")
    assert set(subject.in_vcenter()) == {"an-image-storage-1", "an-image-storage-2"}

    subject.delete()
    await subject.is_gone()

    assert subject.templates() == {}
    assert await _is_a_template(running, TEMPLATE)


async def test_copies_lie_on_their_datastores_and_are_seen_as_templates(running: Site) -> None:
    subject = ImageSubject.ask(running, ON_TWO)
    await subject.becomes("RUNNING")

    found = {one.name: one.datastore for one in subject.templates().values()}
    assert found == {
        "debian-12-node": "local-1",
        "an-image-storage-1": "storage-1",
        "an-image-storage-2": "storage-2",
    }
    for row in subject.templates().values():
        assert await _is_a_template(running, row.path)


async def test_another_version_than_asked_for_is_refused(running: Site) -> None:
    subject = ImageSubject.ask(running, IMPORT | {"kubernetesVersion": "1.20.1", "os": "plan9"})
    await subject.becomes("FAILED")

    reason = subject.operations()[-1].reason
    assert f"Kubernetes is {VERSION}, not 1.20.1" in reason
    assert "the operating system is debian12, not plan9" in reason
    assert subject.machines() == []
    assert subject.image.registered_at is None


async def test_a_silent_image_is_told_from_one_without_an_address(
    site: Site, guests: GuestsControl, tmp_path: Path
) -> None:
    quick = install_packer(site, tmp_path / "packer", image_boot_test_seconds=2).site
    guests.misbehave("*boot-test*", NO_ADDRESS)
    try:
        async with quick.worker():
            await quick.begin()
            subject = ImageSubject.ask(quick, IMPORT)
            await subject.becomes("FAILED")
            assert "got no address within 2 s" in subject.operations()[-1].reason
            assert subject.machines() == []
    finally:
        guests.behave()


async def test_a_failed_test_is_tried_again_when_asked(running: Site, control: Control) -> None:
    control.inject("CloneVM_Task", "no-disk-space", "task", count=1)
    subject = ImageSubject.ask(running, IMPORT)
    await subject.becomes("FAILED")
    assert "NoDiskSpace" in subject.operations()[-1].reason

    subject.retry()
    await subject.becomes("RUNNING")


async def test_a_passing_trouble_of_vcenter_passes(running: Site, control: Control) -> None:
    control.inject("CloneVM_Task", "task-in-progress", count=1)
    control.inject("Destroy_Task", "task-in-progress", count=1)
    subject = ImageSubject.ask(running, IMPORT)
    await subject.becomes("RUNNING")
    assert [event.type for event in subject.events("Trouble")] == ["Warning"] * 2
    assert subject.machines() == []


@pytest.mark.parametrize("clones", [1, 2])
async def test_cancelled_while_vcenter_clones_nothing_stays(
    running: Site, control: Control, clones: int
) -> None:
    """For its boot test, or for a copy: the clone comes all the same."""
    control.delay({"CloneVM_Task": 2000})
    subject = ImageSubject.ask(running, ON_TWO)
    await subject.until(lambda: control.requests().get("CloneVM_Task", 0) == clones)

    subject.delete()
    await subject.is_gone()


async def test_a_clone_that_takes_too_long_is_told_and_tried_again(
    site: Site, guests: GuestsControl, control: Control, tmp_path: Path
) -> None:
    deadlines = site.settings.deadlines.model_copy(update={"clone": 4})
    given = {"packer": "/nowhere", "deadlines": deadlines, "image_boot_test_seconds": 30}
    quick = install_packer(site, tmp_path / "packer", **given).site
    async with quick.worker():
        await quick.begin()
        control.delay({"CloneVM_Task": 9000})
        subject = ImageSubject.ask(quick, IMPORT)
        await subject.until(lambda: bool(subject.events("Trouble")))
        assert "did not end it within 4 s" in subject.events("Trouble")[0].message

        control.clear_delays()
        await subject.becomes("RUNNING", seconds=60)
        assert subject.machines() == []


async def test_a_strangers_machine_in_the_folder_stays(running: Site) -> None:
    subject = ImageSubject.ask(running, IMPORT)
    await subject.becomes("RUNNING")
    stranger = running.inspector.make_machine(subject.folder, "somebody-elses")

    subject.delete()
    await subject.until(lambda: subject.row.deleted_at is not None)

    assert [one.moref for one in subject.machines()] == [stranger]
    [event] = subject.events("FolderKept")
    assert "somebody-elses" in event.message


async def test_a_copy_on_another_datastore_is_none(running: Site, hands: Hands) -> None:
    subject = ImageSubject.ask(running, ON_TWO)
    await subject.becomes("RUNNING")
    running.inspector.destroy(subject.templates()["an-image-storage-1"].moref)
    strayed = running.inspector.make_machine(subject.folder, "an-image-storage-1")
    running.inspector.mark_as_template(strayed)

    await hands.run_task(subject, "copy")

    found = subject.in_vcenter()["an-image-storage-1"].moref
    assert found != strayed
    with running.database.read() as session:
        rows = [(row.name, row.moref) for row in images.templates(session, subject.id)]
    assert (len(rows), dict(rows)["an-image-storage-1"]) == (3, found)


async def test_a_template_that_is_lost_is_told_by_care(running: Site) -> None:
    subject = ImageSubject.ask(running, ON_TWO)
    await subject.becomes("RUNNING")
    _forget_care(subject)
    await running.care()
    assert [one["status"] for one in subject.row.care_conditions] == ["True"]

    copy = subject.templates()["an-image-storage-1"].moref
    running.inspector.destroy(copy)
    await subject.until(lambda: not _seen(running, copy))
    _forget_care(subject)
    await running.care()

    [condition] = subject.row.care_conditions
    assert (condition["status"], condition["reason"]) == ("False", "TemplateMissing")
    assert "an-image-storage-1" in condition["message"]


async def test_a_template_that_is_moved_is_told_by_care(running: Site) -> None:
    """Pools name it by its path."""
    subject = ImageSubject.ask(running, ON_TWO)
    await subject.becomes("RUNNING")
    copy = subject.templates()["an-image-storage-1"]
    running.inspector.rename(copy.moref, "the-best")
    now = f"{subject.folder}/the-best"
    await subject.until(lambda: _path(running, copy.moref) == now)
    _forget_care(subject)
    await running.care()

    [condition] = subject.row.care_conditions
    assert (condition["status"], condition["reason"]) == ("False", "TemplateMoved")
    assert f"{copy.path} is now {now}" in condition["message"]


async def test_copying_goes_on_where_it_failed(running: Site, control: Control) -> None:
    control.inject("CloneVM_Task", "no-disk-space", "task", count=1, skip=2)
    subject = ImageSubject.ask(running, ON_TWO)
    await subject.becomes("FAILED")
    assert subject.task_states()["copy"] == "failed"

    subject.retry()
    await subject.becomes("RUNNING")
    assert len(subject.in_vcenter()) == 2


async def test_one_that_is_being_deleted_is_not_registered(site: Site) -> None:
    """Its cancellation may come while its last step is under way."""
    subject = ImageSubject.ask(site, IMPORT)
    rows = ImageRows(site.database)
    order = rows.order(subject.id)
    subject.delete()

    with pytest.raises(ImageLeaves):
        rows.register(order)

    assert subject.image.registered_at is None


def _seen(site: Site, moref: str) -> bool:
    with site.database.read() as session:
        known = inventory.load(session, site.vcenter_id).objects
    return any(one.moref == moref and one.is_template for one in known)


def _path(site: Site, moref: str) -> str:
    with site.database.read() as session:
        known = inventory.load(session, site.vcenter_id).objects
    return next(one.path for one in known if one.moref == moref)


async def _is_a_template(site: Site, path: str) -> bool:
    with site.database.read() as session:
        found = inventory.load(session, site.vcenter_id).at(path)
    return found is not None and found.is_template


def _forget_care(subject: ImageSubject) -> None:
    """It is due again at once."""
    with subject.site.database.write() as session:
        resources.lock(session, subject.id).care_due_at = None
