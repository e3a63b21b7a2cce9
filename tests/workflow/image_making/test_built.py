"""Builds that end well, by a Packer that does as it is told."""

from provisioner.domain import marks
from provisioner.images.redaction import HIDDEN
from provisioner.store import resources, vcenters
from tests.workflow.images import BUILD, TEMPLATE, VERSION, ImageSubject, ScriptedPacker
from tests.workflow.plain_document import PLAIN, document
from tests.workflow.site import Site
from tests.workflow.subject import USER, Subject

TASKS = ("build", "boot-test", "mark", "copy", "register")


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
