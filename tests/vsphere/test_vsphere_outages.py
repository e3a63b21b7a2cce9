"""The way to vCenter breaks while something is under way."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from lab.vcenter.control import Control
from provisioner.domain.virtual_machines import VCenterAccess
from provisioner.vsphere.errors import VCenterUnreachable
from provisioner.vsphere.vcenter import VCenter
from tests.vsphere.conftest import NewRequest, WatchTo
from tests.vsphere.relay import Relay
from tests.vsphere.waiting import eventually


@pytest.fixture
def relay(vcenter_access: VCenterAccess) -> Iterator[Relay]:
    started = Relay(vcenter_access.host, vcenter_access.port)
    yield started
    started.stop()


@pytest.fixture
async def far(
    vcenter_access: VCenterAccess, soap_threads: ThreadPoolExecutor, relay: Relay
) -> AsyncIterator[VCenter]:
    connected = VCenter(vcenter_access.model_copy(update={"port": relay.port}), soap_threads)
    yield connected
    await connected.close()


async def test_long_task_is_waited_for_across_an_outage(
    far: VCenter, new_request: NewRequest, relay: Relay, control: Control
):
    control.delay({"CloneVM_Task": 3000})
    request = new_request()
    cloning = asyncio.create_task(far.clone(request, lambda task: None))
    await eventually(lambda: "WaitForUpdatesEx" in control.requests())

    relay.cut()

    vm = await cloning
    found = await far.find(request.instance_uuid)
    assert found is not None
    assert found.moref == vm


async def test_watch_ends_with_a_reason_to_try_again(
    far: VCenter, relay: Relay, watch: WatchTo, control: Control
):
    seen = watch(far)
    await eventually(lambda: seen.batches)

    relay.cut()

    with pytest.raises(VCenterUnreachable) as caught:
        await seen.watching
    assert caught.value.transient
    again = watch(far)
    await eventually(lambda: again.batches)


async def test_call_on_a_dead_connection_is_repeated(
    far: VCenter, new_request: NewRequest, relay: Relay
):
    uuid = new_request().instance_uuid
    await far.find(uuid)

    relay.cut()

    assert await far.find(uuid) is None


async def test_clone_on_a_dead_connection_is_not_repeated(
    far: VCenter, new_request: NewRequest, relay: Relay, control: Control
):
    """It may have begun: the caller must look first."""
    await far.clone(new_request(), lambda task: None)
    control.reset_requests()
    relay.cut()

    with pytest.raises(VCenterUnreachable):
        await far.clone(new_request(), lambda task: None)

    assert "CloneVM_Task" not in control.requests()


async def test_lasting_outage_fails_what_waits(
    far: VCenter, new_request: NewRequest, relay: Relay, control: Control
):
    control.delay({"CloneVM_Task": 10_000})
    cloning = asyncio.create_task(far.clone(new_request(), lambda task: None))
    await eventually(lambda: "WaitForUpdatesEx" in control.requests())

    relay.stop()

    with pytest.raises(VCenterUnreachable):
        await cloning


async def test_closing_ends_what_waits(
    vcenter_access: VCenterAccess, soap_threads, new_request: NewRequest, control: Control
):
    vcenter = VCenter(vcenter_access, soap_threads)
    control.delay({"CloneVM_Task": 5_000})
    cloning = asyncio.create_task(vcenter.clone(new_request(), lambda task: None))
    await eventually(lambda: "WaitForUpdatesEx" in control.requests())

    await vcenter.close()

    with pytest.raises(asyncio.CancelledError):
        await cloning
