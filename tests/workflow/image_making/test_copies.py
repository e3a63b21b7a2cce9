"""Copies on further datastores: where groups stand already, and those that are asked for later."""

from typing import Any

from api.images.admission import admit_build
from api.images.changes import change_copies
from lab.vcenter.control import Control
from provisioner.domain import marks
from provisioner.images.definitions import Definitions
from provisioner.store import resources
from provisioner.store.image_choice import choose_templates
from tests.workflow.images import BUILD, IMPORT, ImageSubject, ScriptedPacker
from tests.workflow.plain_document import PLAIN, document, read
from tests.workflow.site import VCENTER_NAME, Site
from tests.workflow.subject import USER, Subject

QUERY = "os=debian12"
ELSEWHERE = {"cluster": "compute-2", "datastore": "storage-1"}


def pool(**changes: Any) -> dict[str, Any]:
    """Something made of one group, which is on another datastore than images are built on."""
    wanted = document(1, {})
    wanted["groups"][0] |= {"image": QUERY, "placement": ELSEWHERE} | changes
    return wanted


def stand(site: Site, name: str, wanted: dict[str, Any]) -> Subject:
    asked = resources.NewResource(site.org_id, PLAIN, name, site.vcenter_id, wanted, USER)
    with site.database.write() as session:
        resource, _ = resources.create(session, asked)
    subject = Subject(site, resource.id, PLAIN)
    subject.poke()
    return subject


def admitted(site: Site) -> dict[str, Any]:
    """The document of a build that names no copies, as the API puts it on record."""
    with site.database.write() as session:
        definitions = Definitions(site.settings.image_definitions)
        _, found = admit_build(session, site.org_id, BUILD, definitions)
    return found.spec.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"name"})


def chosen(site: Site, wanted: dict[str, Any]) -> str:
    """Its group's template, as the API would choose it."""
    shapes = read(wanted, generation=1, epoch=1, deleting=False).groups.values()
    with site.database.write() as session:
        found = choose_templates(session, site.org_id, VCENTER_NAME, shapes)
    return found.templates["groups.0"]


def change(subject: ImageSubject, *copies: str) -> None:
    with subject.site.database.write() as session:
        resource = resources.lock(session, subject.id)
        change_copies(session, resource, {"copies": copies}, USER)
    subject.poke()


def datastores(subject: ImageSubject) -> dict[str, str]:
    return {one.name: one.datastore for one in subject.templates().values()}


async def test_a_build_is_copied_to_where_a_pool_stands(
    running: Site, packer: ScriptedPacker
) -> None:
    standing = stand(running, "old", pool())
    await standing.becomes("RUNNING")
    image = ImageSubject.ask(running, admitted(running))
    await image.becomes("RUNNING")
    assert datastores(image) == {"an-image": "local-1", "an-image-storage-1": "storage-1"}

    template = chosen(running, pool(template=None))
    assert template == f"{image.folder}/an-image-storage-1"
    later = stand(running, "new", pool(template=template))
    await later.becomes("RUNNING")
    [node] = later.nodes()
    [machine] = [one for one in later.machines() if one.moref == node.moref]
    assert machine.marks[marks.IMAGE] == image.id

    for one in (standing, later):
        one.delete()
        await one.until(lambda one=one: one.row.deleted_at is not None)


async def test_further_copies_are_all_that_is_made(running: Site, packer: ScriptedPacker) -> None:
    older = ImageSubject.ask(running, BUILD, "older")
    await older.becomes("RUNNING")
    subject = ImageSubject.ask(running, BUILD | {"copies": ["storage-1"], "keep": 2})
    await subject.becomes("RUNNING")
    before = {one.name: one.moref for one in subject.templates().values()}

    change(subject, "storage-1", "storage-2")
    await subject.becomes("RUNNING")

    after = {one.name: one.moref for one in subject.templates().values()}
    assert after.keys() - before.keys() == {"an-image-storage-2"}
    assert {name: after[name] for name in before} == before
    assert len(packer.pids) == 2
    assert len(subject.events("ImageRegistered")) == 1
    assert [one.kind for one in subject.operations()] == ["create", "change"]
    assert subject.log()[-4:] == [
        f"{task} {what}" for task in ("copy", "register") for what in ("begins", "is done")
    ]

    subject.delete()
    older.delete()
    await subject.is_gone()


async def test_a_copy_that_fails_can_be_given_up(
    running: Site, packer: ScriptedPacker, control: Control
) -> None:
    """It is offered all the while."""
    subject = ImageSubject.ask(running, BUILD)
    await subject.becomes("RUNNING")
    control.inject("CloneVM_Task", "no-disk-space", "task", count=1)
    change(subject, "storage-1")
    await subject.until(lambda: subject.operations()[-1].state == "failed")
    assert "NoDiskSpace" in subject.operations()[-1].reason
    assert chosen(running, pool(template=None)) == f"{subject.folder}/an-image"

    change(subject)
    await subject.becomes("RUNNING")
    assert set(subject.in_vcenter()) == {"an-image"}


async def test_what_is_left_of_a_copy_that_was_given_up_goes(
    running: Site, packer: ScriptedPacker
) -> None:
    """As when the worker died before it put the copy on record."""
    subject = ImageSubject.ask(running, BUILD | {"copies": ["storage-1"]})
    await subject.becomes("RUNNING")
    change(subject, "storage-1", "storage-2")
    await subject.becomes("RUNNING")
    with running.database.write() as session:
        session.delete(subject.templates()["an-image-storage-2"])

    change(subject, "storage-1")
    await subject.becomes("RUNNING")
    assert set(subject.in_vcenter()) == {"an-image", "an-image-storage-1"}


async def test_a_copy_that_was_renamed_is_not_made_again(
    running: Site, packer: ScriptedPacker
) -> None:
    subject = ImageSubject.ask(running, BUILD | {"copies": ["storage-1"]})
    await subject.becomes("RUNNING")
    copy = subject.templates()["an-image-storage-1"].moref
    running.inspector.rename(copy, "the-best")

    change(subject, "storage-1", "storage-2")
    await subject.becomes("RUNNING")
    assert len(subject.machines()) == 3
    assert subject.templates()["an-image-storage-1"].moref == copy


async def test_a_copy_that_somebody_works_on_is_never_destroyed(
    running: Site, packer: ScriptedPacker
) -> None:
    """A template that is to be changed is made a VM for that time."""
    subject = ImageSubject.ask(running, BUILD | {"copies": ["storage-1"]})
    await subject.becomes("RUNNING")
    copy = subject.templates()["an-image-storage-1"].moref
    running.inspector.mark_as_machine(copy)

    change(subject, "storage-1", "storage-2")
    await subject.until(lambda: "an-image-storage-2" in subject.templates())
    running.inspector.mark_as_template(copy)
    await subject.becomes("RUNNING")
    assert subject.in_vcenter()["an-image-storage-1"].moref == copy


async def test_an_import_is_not_copied_to_where_it_is(
    running: Site, packer: ScriptedPacker
) -> None:
    subject = ImageSubject.ask(running, IMPORT | {"copies": ["local-1", "storage-1"]})
    await subject.becomes("RUNNING")
    assert set(subject.in_vcenter()) == {"an-image-storage-1"}
    assert "debian-12-node is where an-image-local-1 would be" in subject.log()


async def test_an_image_goes_on_without_the_copy_that_it_failed_at(
    running: Site, packer: ScriptedPacker, control: Control
) -> None:
    control.inject("CloneVM_Task", "no-disk-space", "task", count=1, skip=1)
    subject = ImageSubject.ask(running, IMPORT | {"copies": ["storage-1"]})
    await subject.becomes("FAILED")

    change(subject)
    await subject.becomes("RUNNING")
    assert subject.image.registered_at is not None
    assert subject.log().count("boot-test begins") == 1
