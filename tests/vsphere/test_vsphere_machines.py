import pytest

from lab.vcenter.control import Control
from provisioner.domain.ids import new_uuid
from provisioner.domain.marks import NODE, OWNER
from provisioner.vsphere.errors import ManagedObjectGone, ObjectBusy
from provisioner.vsphere.vcenter import VCenter
from tests.vsphere.behind import Behind
from tests.vsphere.conftest import NewRequest


async def make(vcenter: VCenter, request) -> str:
    return await vcenter.clone(request, lambda task: None)


async def test_find_tells_name_state_and_marks(vcenter: VCenter, new_request: NewRequest):
    request = new_request(extra_config={OWNER: "us", NODE: "n1", "guestinfo.userdata": "secret"})
    vm = await make(vcenter, request)

    found = await vcenter.find(request.instance_uuid)

    assert found is not None
    assert (found.moref, found.name, found.power_state) == (vm, request.name, "poweredOff")
    assert found.marks == {OWNER: "us", NODE: "n1"}


async def test_find_of_nothing_is_none(vcenter: VCenter):
    assert await vcenter.find(new_uuid()) is None


async def test_running_vm_is_destroyed(vcenter: VCenter, behind: Behind, new_request: NewRequest):
    request = new_request()
    vm = await make(vcenter, request)
    await vcenter.power_on(vm)

    await vcenter.destroy(vm)

    assert not behind.exists(vm)
    assert await vcenter.find(request.instance_uuid) is None


async def test_destroyed_vm_leaves_its_template_usable(
    vcenter: VCenter, behind: Behind, new_request: NewRequest
):
    await vcenter.destroy(await make(vcenter, new_request(disk_gib=30)))

    again = await make(vcenter, new_request(disk_gib=30))
    assert [disk.capacityInBytes >> 30 for disk in behind.disks(again)] == [30]


@pytest.mark.parametrize("folder", ["kubevols", "fcd"])
async def test_what_is_attached_and_not_its_own_outlives_a_vm(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, folder: str
):
    """A VM is destroyed with all its disks, a cluster's volumes included."""
    request = new_request()
    vm = await make(vcenter, request)
    await vcenter.power_on(vm)
    [own] = [disk.backing.fileName for disk in behind.disks(vm)]
    volume = behind.attach_volume(vm, folder)
    found = await vcenter.find(request.instance_uuid)
    assert found
    assert [disk.file for disk in found.foreign_disks] == [volume]

    await vcenter.destroy(vm, keep=found.foreign_disks)

    assert not behind.exists(vm)
    assert behind.disk_exists(volume)
    assert not behind.disk_exists(own)


async def test_all_disks_of_a_clone_are_its_own(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, control: Control
):
    request = new_request(disk_gib=30)
    vm = await make(vcenter, request)
    found = await vcenter.find(request.instance_uuid)
    assert found
    assert found.foreign_disks == ()
    before = control.requests().get("ReconfigVM_Task")
    await vcenter.destroy(vm, keep=found.foreign_disks)
    assert control.requests().get("ReconfigVM_Task") == before


async def test_destroying_twice_is_success(vcenter: VCenter, new_request: NewRequest):
    vm = await make(vcenter, new_request())

    await vcenter.destroy(vm)
    await vcenter.destroy(vm)


async def test_destroy_of_a_busy_vm_can_be_tried_again(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, control: Control
):
    vm = await make(vcenter, new_request())
    control.inject("Destroy_Task", "task-in-progress", "task", count=1)

    with pytest.raises(ObjectBusy) as caught:
        await vcenter.destroy(vm)
    assert caught.value.transient

    await vcenter.destroy(vm)
    assert not behind.exists(vm)


async def test_extra_config_is_set_and_removed(
    vcenter: VCenter, behind: Behind, new_request: NewRequest
):
    vm = await make(vcenter, new_request(extra_config={"guestinfo.userdata": "a", OWNER: "us"}))

    await vcenter.set_extra_config(vm, {"guestinfo.userdata": "", "guestinfo.peers": "b"})

    left = behind.extra_config(vm)
    assert "guestinfo.userdata" not in left
    assert (left["guestinfo.peers"], left[OWNER]) == ("b", "us")


async def test_guest_info_of_several_is_one_request(vcenter: VCenter, new_request: NewRequest):
    marked = {"guestinfo.peers": "b", OWNER: "us"}
    vms = [await make(vcenter, new_request(extra_config=marked)) for _ in range(2)]
    before = vcenter.requests.total()

    found = await vcenter.guest_info(vms)

    assert vcenter.requests.total() == before + 1
    assert [found[vm]["guestinfo.peers"] for vm in vms] == ["b", "b"]
    assert not any(OWNER in values for values in found.values())


async def test_extra_config_of_a_gone_vm_says_so(vcenter: VCenter):
    with pytest.raises(ManagedObjectGone, match="vm-404404") as caught:
        await vcenter.set_extra_config("vm-404404", {"guestinfo.userdata": "the value"})

    assert not caught.value.transient
    assert "the value" not in str(caught.value)


async def test_task_of_an_earlier_call_is_awaited(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, control: Control
):
    tasks: list[str] = []
    vm = await vcenter.clone(new_request(), tasks.append)

    await vcenter.await_task(tasks[0])

    assert behind.exists(vm)
