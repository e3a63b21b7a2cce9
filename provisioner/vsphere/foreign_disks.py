"""Disks of a VM that are not its own: Kubernetes attaches volumes, and users attach what they like.

A VM is destroyed with every disk that it has. Its own lie in its folder, which Storage DRS keeps
by name on other datastores, too; volumes lie elsewhere (`fcd`, `kubevols`), or are first class
disks.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from pyVmomi import vim

from provisioner.domain.virtual_machines import AttachedDisk

Change = vim.vm.device.VirtualDeviceSpec


def foreign_disks(devices: Sequence[Any], configuration: str) -> Iterator[AttachedDisk]:
    """`configuration`: where the VM's own file lies, such as `[datastore1] node-1/node-1.vmx`."""
    own = _folder(configuration)
    for device in devices:
        if isinstance(device, vim.vm.device.VirtualDisk):
            file = getattr(device.backing, "fileName", None)
            if file and (_folder(file) != own or device.vDiskId):
                yield AttachedDisk(key=device.key, file=file)


def detachment(disks: Sequence[AttachedDisk]) -> Any:
    """Without a file operation, so that the disks stay."""
    return vim.vm.ConfigSpec(
        deviceChange=[
            Change(
                operation=Change.Operation.remove,
                device=vim.vm.device.VirtualDisk(key=disk.key, capacityInKB=0),
            )
            for disk in disks
        ]
    )


def _folder(file: str) -> str:
    return file.partition("] ")[2].rpartition("/")[0]
