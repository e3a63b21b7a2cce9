import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr

from lab.ports import free_port
from lab.vcenter.control import Control
from provisioner.domain.virtual_machines import VCenterAccess
from provisioner.vsphere.errors import LoginRejected, SessionLost, VCenterUnreachable
from provisioner.vsphere.transport import RequestCounter, Transport
from provisioner.vsphere.vcenter import VCenter
from tests.vsphere.conftest import NewRequest
from tests.vsphere.waiting import eventually


async def test_connect_tells_which_vcenter_it_is(vcenter: VCenter):
    about = await vcenter.connect()

    assert len(about.instance_uuid) == 36
    assert (about.version, about.api_version) == ("8.0.2", "8.0.2.0")


async def test_many_threads_share_one_login(
    vcenter: VCenter, new_request: NewRequest, control: Control
):
    await asyncio.gather(*(vcenter.find(new_request().instance_uuid) for _ in range(40)))

    assert control.requests()["Login"] == 1


async def test_ended_session_is_renewed_once_for_all_threads(
    vcenter: VCenter, new_request: NewRequest, control: Control
):
    await vcenter.connect()
    control.end_sessions()

    await asyncio.gather(*(vcenter.find(new_request().instance_uuid) for _ in range(40)))

    assert control.requests()["Login"] == 2


async def test_clone_survives_the_end_of_its_session(
    vcenter: VCenter, new_request: NewRequest, control: Control
):
    """Long enough to be waited for by the long poll, whose filter goes with the session."""
    control.delay({"CloneVM_Task": 3000})
    request = new_request()
    cloning = asyncio.create_task(vcenter.clone(request, lambda task: None))
    await eventually(lambda: "WaitForUpdatesEx" in control.requests())
    control.end_sessions()

    vm = await cloning

    found = await vcenter.find(request.instance_uuid)
    assert found is not None
    assert found.moref == vm
    assert control.requests()["CloneVM_Task"] == 1


async def test_session_that_ends_at_once_again_is_told(
    vcenter: VCenter, new_request: NewRequest, control: Control
):
    control.inject("FindByUuid", "not-authenticated")

    with pytest.raises(SessionLost) as caught:
        await vcenter.find(new_request().instance_uuid)

    assert caught.value.transient
    assert control.requests()["FindByUuid"] == 2


async def test_wrong_password_is_tried_once_only(
    vcenter_access: VCenterAccess, soap_threads: ThreadPoolExecutor, control: Control
):
    access = vcenter_access.model_copy(update={"password": SecretStr("wrong-password")})
    vcenter = VCenter(access, soap_threads)

    for _ in range(3):
        with pytest.raises(LoginRejected) as caught:
            await vcenter.connect()

    assert control.requests()["Login"] == 1
    assert not caught.value.transient
    assert vcenter_access.username in str(caught.value)
    assert "wrong-password" not in str(caught.value)
    await vcenter.close()


async def test_silence_is_unreachable(
    vcenter_access: VCenterAccess, soap_threads: ThreadPoolExecutor
):
    vcenter = VCenter(vcenter_access.model_copy(update={"port": free_port()}), soap_threads)

    with pytest.raises(VCenterUnreachable) as caught:
        await vcenter.connect()

    assert caught.value.transient
    await vcenter.close()


async def test_closing_logs_out(
    vcenter_access: VCenterAccess, soap_threads: ThreadPoolExecutor, control: Control
):
    vcenter = VCenter(vcenter_access, soap_threads)
    await vcenter.connect()

    await vcenter.close()

    assert control.requests()["Logout"] == 1


def test_a_request_that_outlives_its_session_leaves_no_connection(vcenter_access: VCenterAccess):
    transport = Transport(vcenter_access, RequestCounter(), 10)
    connection = transport.GetConnection()
    assert connection.sock is not None
    transport.close()
    transport.ReturnConnection(connection)

    assert connection.sock is None
