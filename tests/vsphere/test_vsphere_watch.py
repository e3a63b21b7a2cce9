import asyncio

import pytest

from lab.vcenter.control import Control
from provisioner.domain.virtual_machines import NicSeen
from provisioner.vsphere.errors import RootFolderMissing, SessionLost
from provisioner.vsphere.vcenter import VCenter
from tests.vsphere.behind import Behind
from tests.vsphere.conftest import NewRequest, WatchTo
from tests.vsphere.waiting import eventually, quiet

RUNNING = "guestToolsRunning"


async def make(vcenter: VCenter, request) -> str:
    return await vcenter.clone(request, lambda task: None)


async def test_first_batch_names_the_whole_inventory(
    vcenter: VCenter, new_request: NewRequest, watch: WatchTo
):
    request = new_request()
    vm = await make(vcenter, request)

    seen = watch(vcenter)
    await eventually(lambda: seen.batches)

    assert [batch.full for batch in seen.batches] == [True]
    assert seen.vms[vm].instance_uuid == request.instance_uuid
    assert (seen.vms[vm].folder, seen.vms[vm].power_state) == (request.folder, "poweredOff")
    paths = seen.paths()
    assert paths["/DC1"].type == "Datacenter"
    assert paths["/DC1/host/compute-1"].type == "ClusterComputeResource"
    pool = paths["/DC1/host/compute-1/Resources/production"]
    assert (pool.type, pool.owner) == ("ResourcePool", paths["/DC1/host/compute-1"].moref)
    assert paths["/DC1/datastore/storage"].type == "StoragePod"
    datastore = paths["/DC1/datastore/storage/storage-1"]
    assert (datastore.type, datastore.parent) == (
        "Datastore",
        paths["/DC1/datastore/storage"].moref,
    )
    assert paths["/DC1/network/nodes"].type == "DistributedVirtualPortgroup"
    assert paths["/DC1/network/VM Network"].type == "Network"
    template = paths["/DC1/vm/templates/debian-12-node"]
    assert (template.type, template.is_template, template.disk_gib) == ("VirtualMachine", True, 20)
    assert vm not in seen.objects


async def test_address_and_tools_are_told(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, watch: WatchTo
):
    request = new_request()
    vm = await make(vcenter, request)
    await vcenter.power_on(vm)
    seen = watch(vcenter)
    await eventually(lambda: vm in seen.vms)
    assert seen.vms[vm].nics == (NicSeen(mac=request.nics[0].mac, addresses=()),)

    behind.set_guest(vm, ipAddress="10.0.0.7", toolsRunningStatus=RUNNING)

    await eventually(lambda: seen.vms[vm].tools_running)
    assert seen.vms[vm].nics == (NicSeen(mac=request.nics[0].mac, addresses=("10.0.0.7",)),)
    assert not seen.batches[-1].full


async def test_vm_that_is_made_changed_and_destroyed_is_told(
    vcenter: VCenter, new_request: NewRequest, watch: WatchTo
):
    seen = watch(vcenter)
    await eventually(lambda: seen.batches)

    vm = await make(vcenter, new_request())
    await eventually(lambda: vm in seen.vms)
    await vcenter.power_on(vm)
    await eventually(lambda: seen.vms[vm].power_state == "poweredOn")
    await vcenter.destroy(vm)

    await eventually(lambda: vm not in seen.vms)
    assert any(vm in batch.vms_gone for batch in seen.batches)


async def test_vm_that_becomes_a_template_moves_to_the_objects(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, watch: WatchTo
):
    request = new_request(disk_gib=25)
    vm = await make(vcenter, request)
    seen = watch(vcenter)
    await eventually(lambda: vm in seen.vms)

    behind.vm(vm).MarkAsTemplate()

    await eventually(lambda: vm in seen.objects)
    assert vm not in seen.vms
    assert (seen.objects[vm].is_template, seen.objects[vm].disk_gib) == (True, 25)
    assert seen.objects[vm].path == f"/DC1/vm/kubernetes/{request.name}"


async def test_vm_elsewhere_is_an_object(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, watch: WatchTo
):
    vm = await make(vcenter, new_request(folder=behind.moref("/DC1/vm/templates")))

    seen = watch(vcenter)
    await eventually(lambda: seen.batches)

    assert (seen.objects[vm].type, seen.objects[vm].is_template) == ("VirtualMachine", False)
    assert vm not in seen.vms


async def test_renamed_folder_changes_the_paths_below_it(
    vcenter: VCenter, behind: Behind, watch: WatchTo
):
    parent = behind.moref("/DC1/vm/kubernetes")
    upper = await vcenter.ensure_folder(parent, "before")
    lower = await vcenter.ensure_folder(upper, "below")
    seen = watch(vcenter)
    await eventually(lambda: lower in seen.objects)

    behind.finish(behind.folder("/DC1/vm/kubernetes/before").Rename_Task("after"))

    await eventually(lambda: seen.objects[lower].path == "/DC1/vm/kubernetes/after/below")


async def test_quiet_vcenter_costs_no_request(vcenter: VCenter, watch: WatchTo, control: Control):
    seen = watch(vcenter)
    await eventually(lambda: seen.batches)

    await quiet(control, seconds=1)  # earlier tests' VMs may still change
    told = len(seen.batches)

    await quiet(control, seconds=2)

    assert len(seen.batches) == told


async def test_storm_of_changes_is_gathered(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, watch: WatchTo, control: Control
):
    vms = await asyncio.gather(*(make(vcenter, new_request()) for _ in range(20)))
    seen = watch(vcenter)
    await eventually(lambda: seen.batches)
    control.reset_requests()

    await asyncio.gather(*(vcenter.power_on(vm) for vm in vms))
    await eventually(lambda: all(seen.vms[vm].power_state == "poweredOn" for vm in vms))

    assert control.requests()["WaitForUpdatesEx"] <= 6


async def test_ended_session_is_renewed_and_all_told_again(
    vcenter: VCenter, new_request: NewRequest, watch: WatchTo, control: Control
):
    vm = await make(vcenter, new_request())
    seen = watch(vcenter)
    await eventually(lambda: seen.batches)

    control.end_sessions()

    await eventually(lambda: [batch.full for batch in seen.batches] == [True, True])
    assert vm in seen.vms
    await vcenter.power_on(vm)
    await eventually(lambda: seen.vms[vm].power_state == "poweredOn")
    assert control.requests()["Login"] == 2


async def test_session_that_is_lost_again_and_again_is_given_up(
    vcenter: VCenter, watch: WatchTo, control: Control
):
    control.inject("WaitForUpdatesEx", "not-authenticated")

    seen = watch(vcenter)

    with pytest.raises(SessionLost):
        await seen.watching


async def test_missing_root_folder_is_named(vcenter: VCenter, watch: WatchTo):
    with pytest.raises(RootFolderMissing, match="/DC1/vm/nowhere"):
        await watch(vcenter, "/DC1/vm/nowhere").watching


@pytest.mark.parametrize("path", ["/DC1/host", "/DC1/vm", "/DC1/host/compute-1", "/DC1"])
async def test_folder_that_holds_no_vms_of_ours_is_refused(
    vcenter: VCenter, watch: WatchTo, path: str
):
    with pytest.raises(RootFolderMissing, match=path):
        await watch(vcenter, path).watching


async def test_fault_of_the_receiver_ends_the_watch(vcenter: VCenter):
    async def deliver(batch) -> None:
        raise LookupError("the database is gone")

    with pytest.raises(LookupError):
        await vcenter.watch("/DC1/vm/kubernetes", deliver)


async def test_ended_watch_leaves_no_poll_behind(
    vcenter: VCenter, watch: WatchTo, control: Control
):
    seen = watch(vcenter)
    await eventually(lambda: seen.batches)
    seen.watching.cancel()
    await asyncio.gather(seen.watching, return_exceptions=True)

    assert control.requests()["DestroyPropertyCollector"] == 1
