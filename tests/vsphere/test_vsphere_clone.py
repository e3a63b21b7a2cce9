import asyncio

import pytest

from lab.vcenter.control import Control
from provisioner.domain.virtual_machines import Nic
from provisioner.vsphere.errors import (
    CapacityMissing,
    InvalidRequest,
    ManagedObjectGone,
    TaskLost,
    VMNameTaken,
)
from provisioner.vsphere.vcenter import VCenter
from tests.vsphere.behind import Behind
from tests.vsphere.conftest import NewRequest


def ignore(task: str) -> None:
    pass


async def test_clone_is_what_was_asked_for(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, nodes_network: str
):
    request = new_request(vcpu=3, memory_mib=3072, disk_gib=42)

    vm = await vcenter.clone(request, ignore)

    names = ("name", "parent", "resourcePool", "runtime.powerState", "config.instanceUuid")
    sizes = ("config.hardware.numCPU", "config.hardware.memoryMB")
    facts = behind.read(vm, *names, *sizes)
    assert facts["name"] == request.name
    assert facts["parent"]._moId == request.folder
    assert facts["resourcePool"]._moId == request.pool
    assert facts["runtime.powerState"] == "poweredOff"
    assert facts["config.instanceUuid"] == request.instance_uuid
    assert [facts[one] for one in sizes] == [3, 3072]
    assert request.extra_config.items() <= behind.extra_config(vm).items()
    (disk,) = behind.disks(vm)
    assert disk.capacityInBytes == 42 << 30
    (card,) = behind.cards(vm)
    assert (card.macAddress, card.addressType) == (request.nics[0].mac, "manual")
    assert card.backing.port.portgroupKey == nodes_network


async def test_second_network_becomes_a_second_card(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, nodes_network: str
):
    plain = behind.moref("/DC1/network/VM Network")
    nics = (
        Nic(
            network=nodes_network,
            network_type="DistributedVirtualPortgroup",
            mac="00:50:56:02:00:01",
        ),
        Nic(network=plain, network_type="Network", mac="00:50:56:02:00:02"),
    )

    vm = await vcenter.clone(new_request(nics=nics), ignore)

    first, second = behind.cards(vm)
    assert first.backing.port.portgroupKey == nodes_network
    assert (second.macAddress, second.backing.network._moId) == ("00:50:56:02:00:02", plain)


async def test_surplus_card_of_the_template_is_removed(
    vcenter: VCenter, behind: Behind, new_request: NewRequest
):
    vm = await vcenter.clone(new_request(nics=()), ignore)

    assert behind.cards(vm) == []


async def test_datastore_cluster_spreads_clones_after_asking_once(
    vcenter: VCenter, behind: Behind, new_request: NewRequest, control: Control
):
    storage = behind.moref("/DC1/datastore/storage")
    requests = [new_request(storage=storage, storage_type="StoragePod") for _ in range(4)]

    vms = await asyncio.gather(*(vcenter.clone(one, ignore) for one in requests))

    used = {behind.read(vm, "datastore")["datastore"][0].name for vm in vms}
    assert used == {"storage-1", "storage-2"}
    assert control.requests()["RecommendDatastores"] == 1


async def test_disk_smaller_than_the_templates_is_refused(
    vcenter: VCenter, new_request: NewRequest, control: Control
):
    with pytest.raises(InvalidRequest, match=r"10 GiB.*20 GiB.*only grow"):
        await vcenter.clone(new_request(disk_gib=10), ignore)

    assert "CloneVM_Task" not in control.requests()


async def test_taken_name_is_told_apart(vcenter: VCenter, new_request: NewRequest, behind: Behind):
    request = new_request()
    await vcenter.clone(request, ignore)

    with pytest.raises(VMNameTaken, match=request.name):
        await vcenter.clone(new_request(name=request.name), ignore)


async def test_interrupted_clone_is_waited_for_not_repeated(
    vcenter: VCenter, new_request: NewRequest, control: Control
):
    control.delay({"CloneVM_Task": 400})
    request, started = new_request(), asyncio.get_running_loop().create_future()
    first = asyncio.create_task(vcenter.clone(request, started.set_result))
    task = await started
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)

    vm = await vcenter.clone(request, ignore, task=task)

    found = await vcenter.find(request.instance_uuid)
    assert found is not None
    assert found.moref == vm
    assert control.requests()["CloneVM_Task"] == 1


async def test_task_that_vcenter_forgot_is_lost(vcenter: VCenter, new_request: NewRequest):
    with pytest.raises(TaskLost) as caught:
        await vcenter.clone(new_request(), ignore, task="task-unknown")

    assert caught.value.transient


async def test_template_that_is_gone_is_named(vcenter: VCenter, new_request: NewRequest):
    with pytest.raises(ManagedObjectGone, match="vm-404404"):
        await vcenter.clone(new_request(template="vm-404404"), ignore)


async def test_network_that_is_gone_is_named(vcenter: VCenter, new_request: NewRequest):
    nic = Nic(network="network-404404", network_type="Network", mac="00:50:56:02:00:03")

    with pytest.raises(ManagedObjectGone, match="network-404404"):
        await vcenter.clone(new_request(nics=(nic,)), ignore)


async def test_full_datastore_fails_the_task_with_its_name(
    vcenter: VCenter, new_request: NewRequest, control: Control
):
    control.inject("CloneVM_Task", "no-disk-space", "task", count=1)

    with pytest.raises(CapacityMissing, match="storage-1"):
        await vcenter.clone(new_request(), ignore)
