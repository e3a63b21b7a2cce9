import pytest

from provisioner.vsphere.errors import FolderNameTaken
from provisioner.vsphere.vcenter import VCenter
from tests.vsphere.behind import Behind
from tests.vsphere.conftest import NewRequest


@pytest.fixture
def parent(behind: Behind) -> str:
    return behind.moref("/DC1/vm/kubernetes")


async def test_folder_is_made_once(vcenter: VCenter, behind: Behind, parent: str):
    made = await vcenter.ensure_folder(parent, "cluster-a")

    assert await vcenter.ensure_folder(parent, "cluster-a") == made
    assert behind.moref("/DC1/vm/kubernetes/cluster-a") == made


async def test_vm_with_the_folders_name_is_told(
    vcenter: VCenter, new_request: NewRequest, parent: str
):
    request = new_request()
    await vcenter.clone(request, lambda task: None)

    with pytest.raises(FolderNameTaken, match=request.name):
        await vcenter.ensure_folder(parent, request.name)


async def test_folder_with_something_in_it_stays(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, parent: str
):
    folder = await vcenter.ensure_folder(parent, "cluster-b")
    vm = await vcenter.clone(new_request(folder=folder), lambda task: None)

    assert not await vcenter.remove_folder_if_empty(folder)

    assert behind.exists(vm)


async def test_empty_folder_goes_and_gone_is_success(vcenter: VCenter, behind: Behind, parent: str):
    folder = await vcenter.ensure_folder(parent, "cluster-c")

    assert await vcenter.remove_folder_if_empty(folder)
    assert await vcenter.remove_folder_if_empty(folder)

    assert behind.folder("/DC1/vm/kubernetes/cluster-c") is None
