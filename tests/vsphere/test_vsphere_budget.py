"""What VMs cost, counted where the requests arrive."""

import asyncio

from lab.vcenter.control import Control
from provisioner.vsphere.vcenter import VCenter
from tests.vsphere.conftest import NewRequest, WatchTo
from tests.vsphere.waiting import eventually

VMS = 50


async def make(vcenter: VCenter, new_request: NewRequest) -> str:
    vm = await vcenter.clone(new_request(disk_gib=30), lambda task: None)
    await vcenter.power_on(vm)
    return vm


async def test_vm_costs_three_requests(
    vcenter: VCenter, new_request: NewRequest, control: Control, watch: WatchTo
):
    """All is counted: clone, power, clearing the user-data, login and the watch of it all."""
    seen = watch(vcenter)
    control.delay({"CloneVM_Task": 200})

    vms = await asyncio.gather(*(make(vcenter, new_request) for _ in range(VMS)))
    cleared = {"guestinfo.userdata": ""}
    await asyncio.gather(*(vcenter.set_extra_config(vm, cleared) for vm in vms))

    await eventually(lambda: seen.vms.keys() >= set(vms))
    assert sum(control.requests().values()) <= 3 * VMS, control.requests()


async def test_requests_are_counted_as_they_arrive(
    vcenter: VCenter, new_request: NewRequest, control: Control
):
    await make(vcenter, new_request)

    assert vcenter.requests == control.requests()
