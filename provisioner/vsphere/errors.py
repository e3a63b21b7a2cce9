"""What can go wrong at a vCenter, in words that say what was tried and what helps.

VCenterError
  VCenterUnreachable     (transient) no connection, or an answer that is not vSphere's
  CertificateMismatch    not the pinned certificate
  CertificateUntrusted   not signed by the given authority, or for another host
  LoginRejected          wrong user or password; never tried again with the same credentials
  SessionLost            (transient) the session ended and a new one ended at once, too
  PermissionMissing      the user lacks a privilege
  ManagedObjectGone      (of this attempt) what was named is not there (any more)
  FileGone               (of this attempt) the file or folder on a datastore is not there (any more)
  RootFolderMissing      the folder that is to hold our VMs is not there, or cannot hold them
  VMNameTaken            (of this attempt) the folder has an object of that name
  FolderNameTaken        that object is not a folder
  InvalidRequest         vCenter can't do what was asked, as it was asked
  PlaceUnfit             (of this attempt) the host or datastore chosen can't carry that VM
  WrongState             (transient) the object's present state forbids it
  MachineUnreadable      (transient) the VM is there, its configuration can't be read
  ObjectBusy             (transient) another task works on the object
  CapacityMissing        (of this attempt) no room: CPU, memory, hosts or disk space
  HostUnavailable        (transient) the host is not connected
  TaskLost               (transient) vCenter no longer knows the task: look at what it made
  TaskCanceled           (transient) somebody cancelled the task
  VCenterTimeout         (transient) vCenter gave up waiting
  VCenterInternal        (transient) vCenter failed in itself
  UnexpectedFault        (of this attempt) anything else
"""

from typing import ClassVar

from provisioner.domain.errors import ProvisionerError


class VCenterError(ProvisionerError):
    """`task_ended`: nothing at vCenter is still at work on it. Unset when we merely lost sight."""

    advice: ClassVar[str] = ""
    task_ended = False

    def __init__(self, message: str) -> None:
        super().__init__(f"{message}. {self.advice}" if self.advice else message)


class VCenterUnreachable(VCenterError):
    transient = True
    advice = "Check the address, the network between us and whether vCenter is up"


class CertificateMismatch(VCenterError):
    advice = (
        "No credentials were sent. If the certificate was renewed, compare its SHA-256 thumbprint "
        "with vCenter's administrator and update it; if not, something sits in between"
    )


class CertificateUntrusted(VCenterError):
    advice = "No credentials were sent. Give the right CA bundle, or pin the SHA-256 thumbprint"


class LoginRejected(VCenterError):
    advice = "Give the right user and password; we don't try again, to not lock the account"


class SessionLost(VCenterError):
    transient = True
    advice = "Check whether somebody ends our sessions or vCenter has too many"


class PermissionMissing(VCenterError):
    advice = "Give the user that privilege on this object"


class ManagedObjectGone(VCenterError):
    # The next one's place is found anew, and another object may have the name by then.
    of_this_attempt = True


class FileGone(VCenterError):
    of_this_attempt = True


class RootFolderMissing(VCenterError):
    advice = "Create the folder, or correct the vCenter's root folder"


class VMNameTaken(VCenterError):
    of_this_attempt = True


class FolderNameTaken(VCenterError):
    advice = "Rename that object, or choose another name"


class InvalidRequest(VCenterError):
    pass


class PlaceUnfit(VCenterError):
    of_this_attempt = True
    advice = "Check that the hosts of the cluster have that datastore, network and hardware version"


class WrongState(VCenterError):
    transient = True


class MachineUnreadable(VCenterError):
    transient = True
    advice = "Check its host and datastore, and that our user may read it"


class ObjectBusy(VCenterError):
    transient = True


class CapacityMissing(VCenterError):
    of_this_attempt = True
    advice = "Free or add capacity, or place it elsewhere"


class HostUnavailable(VCenterError):
    transient = True
    advice = "Check the ESXi hosts of the cluster"


class TaskLost(VCenterError):
    transient = True
    task_ended = True


class TaskCanceled(VCenterError):
    transient = True


class VCenterTimeout(VCenterError):
    transient = True


class VCenterInternal(VCenterError):
    transient = True
    advice = "If it stays so, look at vCenter's own log"


class UnexpectedFault(VCenterError):
    of_this_attempt = True
