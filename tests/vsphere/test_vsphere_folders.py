import pytest
from pyVmomi import vim

from lab.vcenter.control import Control
from provisioner.domain.virtual_machines import FolderPlace
from provisioner.vsphere.errors import FolderNameTaken
from provisioner.vsphere.reading import Collector, all_values
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


def test_what_may_not_be_read_is_told():
    """It must not be taken for nothing."""
    denied = vim.fault.NoPermission(privilegeId="System.View")
    missing = Collector.MissingProperty(path="childEntity", fault=denied)
    with pytest.raises(vim.fault.NoPermission):
        all_values(Collector.ObjectContent(propSet=[], missingSet=[missing]))


async def test_a_folders_removal_spares_the_disks_of_what_came_into_it(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, parent: str, control: Control
):
    """That is why it is asked for by the request that destroys nothing but folders."""
    control.reset_requests()
    folder = await vcenter.ensure_folder(parent, "cluster-d")
    assert await vcenter.remove_folder_if_empty(folder)
    assert control.requests().get("UnregisterAndDestroy_Task") == 1
    assert "Destroy_Task" not in control.requests()

    folder = await vcenter.ensure_folder(parent, "cluster-e")
    vm = await vcenter.clone(new_request(folder=folder), lambda task: None)
    [file] = [one.backing.fileName for one in behind.disks(vm)]
    behind.finish(behind.folder("/DC1/vm/kubernetes/cluster-e").UnregisterAndDestroy_Task())
    assert not behind.exists(vm)
    assert behind.disk_exists(file)


async def test_a_folder_is_found_where_it_is(vcenter: VCenter, behind: Behind, parent: str):
    folder = await vcenter.ensure_folder(parent, "cluster-f")
    assert await vcenter.folder_place(folder) == FolderPlace(parent=parent, name="cluster-f")

    assert await vcenter.remove_folder_if_empty(folder)
    assert await vcenter.folder_place(folder) is None


async def test_empty_folder_goes_and_gone_is_success(vcenter: VCenter, behind: Behind, parent: str):
    folder = await vcenter.ensure_folder(parent, "cluster-c")

    assert await vcenter.remove_folder_if_empty(folder)
    assert await vcenter.remove_folder_if_empty(folder)

    assert behind.folder("/DC1/vm/kubernetes/cluster-c") is None
