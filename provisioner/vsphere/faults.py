"""One table from what pyVmomi raises to our errors."""

import ssl
from collections.abc import Callable
from http.client import HTTPException
from typing import TypeVar
from xml.parsers.expat import ExpatError

from pyVmomi import vim, vmodl

from provisioner.vsphere import errors
from provisioner.vsphere.errors import VCenterError

T = TypeVar("T")

# The first match counts: a fault stands before the more general ones it is derived from.
TABLE: tuple[tuple[type[BaseException], type[VCenterError]], ...] = (
    (vim.fault.NotAuthenticated, errors.SessionLost),
    (vmodl.query.InvalidCollectorVersion, errors.SessionLost),
    (vim.fault.NoPermission, errors.PermissionMissing),
    (vim.fault.InvalidLogin, errors.LoginRejected),
    (vmodl.fault.ManagedObjectNotFound, errors.ManagedObjectGone),
    (vim.fault.FileNotFound, errors.FileGone),
    (vim.fault.DuplicateName, errors.VMNameTaken),
    (vmodl.fault.RequestCanceled, errors.TaskCanceled),
    (vim.fault.NoDiskSpace, errors.CapacityMissing),
    (vim.fault.InsufficientResourcesFault, errors.CapacityMissing),
    (vim.fault.NoCompatibleHost, errors.CapacityMissing),
    (vim.fault.TaskInProgress, errors.ObjectBusy),
    (vim.fault.ResourceInUse, errors.ObjectBusy),
    (vim.fault.ConcurrentAccess, errors.ObjectBusy),
    (vim.fault.FileLocked, errors.ObjectBusy),
    (vim.fault.MethodDisabled, errors.ObjectBusy),
    (vmodl.fault.HostNotConnected, errors.HostUnavailable),
    (vmodl.fault.HostCommunication, errors.HostUnavailable),
    (vim.fault.HostConnectFault, errors.HostUnavailable),
    (vim.fault.Timedout, errors.VCenterTimeout),
    (vim.fault.InvalidPowerState, errors.WrongState),
    (vim.fault.InvalidVmState, errors.WrongState),
    (vim.fault.InvalidState, errors.WrongState),
    (vim.fault.InvalidVmConfig, errors.InvalidRequest),
    (vim.fault.VmConfigFault, errors.PlaceUnfit),
    (vim.fault.InvalidName, errors.InvalidRequest),
    (vim.fault.NotFound, errors.InvalidRequest),
    (vmodl.fault.InvalidArgument, errors.InvalidRequest),
    (vmodl.fault.InvalidType, errors.InvalidRequest),
    (vmodl.fault.NotSupported, errors.InvalidRequest),
    (vmodl.fault.SystemError, errors.VCenterInternal),
    (vmodl.MethodFault, errors.UnexpectedFault),
    (ssl.SSLCertVerificationError, errors.CertificateUntrusted),
    (OSError, errors.VCenterUnreachable),
    (HTTPException, errors.VCenterUnreachable),
    (ExpatError, errors.VCenterUnreachable),
)
LONGEST_REASON = 256


def attempt(tried: str, invoke: Callable[[], T]) -> T:
    """What `invoke` returns; what it raises, as an error of ours."""
    try:
        return invoke()
    except VCenterError:
        raise
    except Exception as fault:
        # Whatever pyVmomi makes of an answer it can't read is an error of vCenter's to our callers.
        raise translate(fault, tried) from fault


def translate(fault: BaseException, tried: str) -> VCenterError:
    """Our error for what came of `tried`, such as "clone node-1". Errors of ours pass through."""
    if isinstance(fault, VCenterError):
        return fault
    for kind, error in TABLE:
        if isinstance(fault, kind):
            return error(f"Tried to {tried}, but {_reason(fault)}")
    return errors.UnexpectedFault(f"Tried to {tried}, but {_reason(fault)}")


def _reason(fault: BaseException) -> str:
    name = type(fault).__name__.removeprefix("vim.fault.").removeprefix("vmodl.fault.")
    said = getattr(fault, "msg", None) or getattr(fault, "reason", None) or ""
    if not isinstance(fault, vmodl.MethodFault):
        said = str(fault)
    details = [name, str(said), *_particulars(fault)]
    return f"vCenter answered {': '.join(part for part in details if part)}"[:LONGEST_REASON]


def _particulars(fault: BaseException) -> list[str]:
    named = ("privilegeId", "invalidProperty", "datastore", "property", "name")
    return [f"{key} {value}" for key in named if (value := getattr(fault, key, None))]
