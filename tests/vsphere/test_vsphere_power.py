import asyncio

import pytest

from lab.vcenter.control import Control
from provisioner.vsphere.errors import HostUnavailable, ManagedObjectGone, PermissionMissing
from provisioner.vsphere.vcenter import VCenter
from tests.vsphere.behind import Behind
from tests.vsphere.conftest import NewRequest


async def clones(vcenter: VCenter, new_request: NewRequest, number: int) -> list[str]:
    requests = [new_request() for _ in range(number)]
    return await asyncio.gather(*(vcenter.clone(one, lambda task: None) for one in requests))


async def test_hundred_callers_share_a_few_requests(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, control: Control
):
    vms = await clones(vcenter, new_request, 20)

    await asyncio.gather(*(vcenter.power_on(vm) for vm in vms * 5))

    assert control.requests()["PowerOnMultiVM_Task"] == 1
    assert {behind.power_state(vm) for vm in vms} == {"poweredOn"}


async def test_vms_of_another_process_are_found_in_one_request(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, vcenter_access, soap_threads, control
):
    vms = await clones(vcenter, new_request, 3)
    control.reset_requests()
    other = VCenter(vcenter_access, soap_threads)

    await asyncio.gather(*(other.power_on(vm) for vm in vms))

    await other.close()
    assert {behind.power_state(vm) for vm in vms} == {"poweredOn"}
    assert control.requests()["PowerOnMultiVM_Task"] == 1


async def test_already_on_is_success(vcenter: VCenter, new_request: NewRequest):
    (vm,) = await clones(vcenter, new_request, 1)

    await vcenter.power_on(vm)
    await vcenter.power_on(vm)


async def test_each_caller_gets_the_outcome_of_its_vm(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, control: Control
):
    good, bad = await clones(vcenter, new_request, 2)
    name = behind.read(bad, "name")["name"]
    control.inject("PowerOnVM_Task", "host-not-connected", "task", name=name)

    outcomes = await asyncio.gather(
        vcenter.power_on(good), vcenter.power_on(bad), vcenter.power_on("vm-404404"),
        return_exceptions=True,
    )  # fmt: skip

    assert [type(one) for one in outcomes] == [type(None), HostUnavailable, ManagedObjectGone]
    assert control.requests()["PowerOnMultiVM_Task"] == 1


async def test_batch_refused_as_a_whole_is_tried_one_by_one(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, control: Control
):
    vms = await clones(vcenter, new_request, 2)
    control.inject("PowerOnMultiVM_Task", "not-found", count=1)

    await asyncio.gather(*(vcenter.power_on(vm) for vm in vms))

    assert {behind.power_state(vm) for vm in vms} == {"poweredOn"}


async def test_missing_privilege_reaches_every_caller(
    vcenter: VCenter, new_request: NewRequest, control: Control
):
    vms = await clones(vcenter, new_request, 2)
    control.inject("PowerOnMultiVM_Task", "no-permission")
    control.inject("PowerOnVM_Task", "no-permission")

    outcomes = await asyncio.gather(*(vcenter.power_on(vm) for vm in vms), return_exceptions=True)

    assert [type(one) for one in outcomes] == [PermissionMissing] * 2


async def test_cancelled_caller_does_not_disturb_the_others(
    vcenter: VCenter, behind: Behind, new_request: NewRequest
):
    first, second = await clones(vcenter, new_request, 2)
    cancelled = asyncio.create_task(vcenter.power_on(first))
    staying = asyncio.create_task(vcenter.power_on(second))
    await asyncio.sleep(0)
    cancelled.cancel()

    await staying

    with pytest.raises(asyncio.CancelledError):
        await cancelled
    assert behind.power_state(second) == "poweredOn"
