import asyncio

import pytest

from lab.vcenter.control import Control
from provisioner.domain.virtual_machines import TemplateCopy
from provisioner.vsphere.errors import ManagedObjectGone, VMNameTaken
from provisioner.vsphere.vcenter import VCenter
from tests.vsphere.behind import Behind
from tests.vsphere.conftest import NewRequest, WatchTo
from tests.vsphere.waiting import eventually

ROOT = "/DC1/vm/kubernetes"
POOL = "/DC1/host/compute-1/Resources"


@pytest.fixture
async def folder(vcenter: VCenter, behind: Behind, request: pytest.FixtureRequest) -> str:
    return await vcenter.ensure_folder(behind.moref(ROOT), f"image-{request.node.name[:40]}")


@pytest.fixture
async def template(vcenter: VCenter, behind: Behind, new_request: NewRequest, folder: str) -> str:
    made = await vcenter.clone(
        new_request(name="an-image", folder=folder, extra_config={"guestinfo.userdata": "a key"}),
        lambda task: None,
    )
    await vcenter.mark_template(made, behind.moref(POOL), {}, "")
    return made


async def test_a_folders_contents_are_told(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, folder: str, template: str
):
    other = await vcenter.clone(new_request(name="another", folder=folder), lambda task: None)

    found = {one.name: one for one in await vcenter.contents(folder)}

    assert {name: one.moref for name, one in found.items()} == {
        "an-image": template,
        "another": other,
    }
    assert (found["an-image"].is_template, found["another"].is_template) == (True, False)
    assert found["an-image"].datastores == (behind.moref("/DC1/datastore/local-1"),)


async def test_a_folder_that_is_gone_is_empty(vcenter: VCenter, folder: str):
    assert await vcenter.remove_folder_if_empty(folder)

    assert await vcenter.contents(folder) == ()


async def test_a_templates_settings_and_notes_change(
    vcenter: VCenter, behind: Behind, template: str
):
    values = {"guestinfo.userdata": "", "pke-provisioner.image.os": "debian12"}
    for _ in range(2):
        await vcenter.mark_template(template, behind.moref(POOL), values, "made by a test")

    config = behind.vm(template).config
    assert config.template
    assert config.annotation == "made by a test"
    found = {one.key: one.value for one in config.extraConfig}
    assert found.get("pke-provisioner.image.os") == "debian12"
    # Told to remove what is not there, the simulator keeps an empty value.
    assert not found.get("guestinfo.userdata")


async def test_marking_goes_on_where_it_was_interrupted(
    vcenter: VCenter, behind: Behind, control: Control, template: str
):
    control.inject("ReconfigVM_Task", "invalid-argument", name="an-image", count=1)
    with pytest.raises(Exception, match="mark the template"):
        await vcenter.mark_template(template, behind.moref(POOL), {}, "first")
    assert not behind.vm(template).config.template

    await vcenter.mark_template(template, behind.moref(POOL), {}, "second")

    assert behind.vm(template).config.template
    assert behind.vm(template).config.annotation == "second"


async def test_a_template_is_copied_to_another_datastore(
    vcenter: VCenter, behind: Behind, watch: WatchTo, folder: str, template: str
):
    seen = watch(vcenter, ROOT)
    elsewhere = behind.folder("/DC1/datastore/storage").childEntity[0]._moId
    wanted = TemplateCopy(
        source=template,
        name="an-image-storage-1",
        folder=folder,
        pool=behind.moref(POOL),
        datastore=elsewhere,
    )

    copy = await vcenter.copy_template(wanted, lambda task: None)

    found = await vcenter.look(copy)
    assert found is not None
    assert (found.name, found.is_template) == ("an-image-storage-1", True)
    assert found.datastores == (elsewhere,)
    await eventually(lambda: copy in seen.objects and seen.objects[copy].is_template)
    with pytest.raises(VMNameTaken):
        await vcenter.copy_template(wanted, lambda task: None)


async def test_a_template_is_destroyed_once(vcenter: VCenter, template: str):
    await vcenter.destroy_template(template)
    await vcenter.destroy_template(template)

    assert await vcenter.look(template) is None


async def test_what_is_gone_can_not_be_marked(vcenter: VCenter, behind: Behind, template: str):
    await vcenter.destroy_template(template)

    with pytest.raises(ManagedObjectGone):
        await vcenter.mark_template(template, behind.moref(POOL), {}, "")


async def test_clones_under_way_are_waited_for(
    vcenter: VCenter,
    control: Control,
    new_request: NewRequest,
    folder: str,
    template: str,
):
    """Also those of somebody who is not there any more to wait for them."""
    control.delay({"CloneVM_Task": 1500})
    begun = asyncio.Event()
    request = new_request(name="late", folder=folder, template=template)
    cloning = asyncio.create_task(vcenter.clone(request, lambda task: begun.set()))
    await begun.wait()
    cloning.cancel()

    await vcenter.settle(folder, [template])

    assert "late" in {one.name for one in await vcenter.contents(folder)}


async def test_what_else_is_done_to_a_source_is_not_waited_for(
    vcenter: VCenter, behind: Behind, control: Control, folder: str, template: str
):
    """Such as a backup: it brings nothing into the folder."""
    control.delay({"Rename_Task": 60_000})
    task = behind.vm(template).Rename_Task("renamed")

    await vcenter.settle(folder, [template])

    assert task.info.state == "running"
