"""Every fault of the table, sent by the simulator and read by pyVmomi, in a call and in a task."""

import http.client
import ssl

import pytest

from lab.vcenter.control import Control
from provisioner.vsphere import errors
from provisioner.vsphere.errors import VCenterError
from provisioner.vsphere.faults import LONGEST_REASON, translate
from provisioner.vsphere.vcenter import VCenter
from tests.vsphere.conftest import NewRequest

EXPECTED = {
    "duplicate-name": (errors.VMNameTaken, False),
    "host-not-connected": (errors.HostUnavailable, True),
    "insufficient-resources": (errors.CapacityMissing, False),
    "invalid-argument": (errors.InvalidRequest, False),
    "invalid-power-state": (errors.WrongState, True),
    "invalid-state": (errors.WrongState, True),
    "no-disk-space": (errors.CapacityMissing, False),
    "no-permission": (errors.PermissionMissing, False),
    "not-found": (errors.ManagedObjectGone, False),
    "request-canceled": (errors.TaskCanceled, True),
    "resource-in-use": (errors.ObjectBusy, True),
    "system-error": (errors.VCenterInternal, True),
    "task-in-progress": (errors.ObjectBusy, True),
    "timed-out": (errors.VCenterTimeout, True),
}


@pytest.mark.parametrize("where", ["call", "task"])
@pytest.mark.parametrize("fault", EXPECTED)
async def test_fault_becomes_our_error(
    vcenter: VCenter, new_request: NewRequest, control: Control, fault: str, where: str
):
    control.inject("CloneVM_Task", fault, where)
    request = new_request()

    with pytest.raises(VCenterError) as caught:
        await vcenter.clone(request, lambda task: None)

    kind, transient = EXPECTED[fault]
    assert (type(caught.value), caught.value.transient) == (kind, transient)
    assert f"clone {request.name}" in str(caught.value)
    assert caught.value.__cause__ is not None


async def test_missing_privilege_is_named(
    vcenter: VCenter, new_request: NewRequest, control: Control
):
    control.inject("CloneVM_Task", "no-permission")

    with pytest.raises(errors.PermissionMissing, match="DeployTemplate"):
        await vcenter.clone(new_request(), lambda task: None)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (ConnectionResetError("reset"), errors.VCenterUnreachable),
        (TimeoutError("timed out"), errors.VCenterUnreachable),
        (http.client.HTTPException("503 Service Unavailable"), errors.VCenterUnreachable),
        (ssl.SSLCertVerificationError("unknown authority"), errors.CertificateUntrusted),
        (KeyError("SomeNewType"), errors.UnexpectedFault),
    ],
)
def test_trouble_on_the_way_becomes_our_error(fault: Exception, kind: type[VCenterError]):
    assert type(translate(fault, "look")) is kind


def test_our_own_errors_pass_through():
    error = errors.InvalidRequest("as it is")

    assert translate(error, "look") is error


def test_long_answers_are_cut():
    message = str(translate(OSError("x" * 5000), "look"))

    assert len(message) < LONGEST_REASON + 200
