"""The devices a template brings, and the changes that make a clone what was asked for."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyVmomi import vim

from provisioner.domain.virtual_machines import CloneRequest, Nic
from provisioner.vsphere.errors import InvalidRequest

GIB = 1 << 30
Change = vim.vm.device.VirtualDeviceSpec
Operation = Change.Operation


@dataclass(frozen=True)
class Hardware:
    """`disk` is the first one, which holds the system."""

    disk: Any
    nics: tuple[Any, ...]


def hardware_of(devices: Sequence[Any]) -> Hardware:
    disks = [one for one in devices if isinstance(one, vim.vm.device.VirtualDisk)]
    nics = [one for one in devices if isinstance(one, vim.vm.device.VirtualEthernetCard)]
    disks.sort(key=lambda disk: (disk.controllerKey or 0, disk.unitNumber or 0))
    nics.sort(key=lambda nic: nic.key)
    return Hardware(disks[0] if disks else None, tuple(nics))


def disk_gib(devices: Sequence[Any]) -> int | None:
    """Size of the system disk, rounded up; None without a disk."""
    disk = hardware_of(devices).disk
    return None if disk is None else -(-_bytes(disk) // GIB)


def device_changes(
    hardware: Hardware, request: CloneRequest, backings: Mapping[Nic, Any]
) -> list[Any]:
    """For the clone call. Raises InvalidRequest when the disk would have to shrink."""
    return [*_disk_changes(hardware.disk, request), *_nic_changes(hardware, request, backings)]


def _disk_changes(disk: Any, request: CloneRequest) -> Iterator[Any]:
    if request.disk_gib is None:
        return
    wanted = request.disk_gib * GIB
    if disk is None or wanted < _bytes(disk):
        has = "no disk" if disk is None else f"a disk of {-(-_bytes(disk) // GIB)} GiB"
        raise InvalidRequest(
            f"a disk of {request.disk_gib} GiB is asked for, but the template "
            f"{request.template} has {has}, and disks only grow"
        )
    if wanted > _bytes(disk):
        grown = copy.copy(disk)
        grown.capacityInBytes = wanted
        grown.capacityInKB = wanted >> 10
        yield Change(operation=Operation.edit, device=grown)


def _nic_changes(
    hardware: Hardware, request: CloneRequest, backings: Mapping[Nic, Any]
) -> Iterator[Any]:
    """The template's NICs are changed, not replaced: guests know them by their PCI slots."""
    for index, nic in enumerate(request.nics):
        if index < len(hardware.nics):
            device, operation = copy.copy(hardware.nics[index]), Operation.edit
        else:
            device, operation = vim.vm.device.VirtualVmxnet3(key=-1 - index), Operation.add
        device.backing = backings[nic]
        device.addressType = "manual"
        device.macAddress = nic.mac
        device.connectable = vim.vm.device.VirtualDevice.ConnectInfo(
            startConnected=True, allowGuestControl=True, connected=False
        )
        device.deviceInfo = None
        yield Change(operation=operation, device=device)
    for surplus in hardware.nics[len(request.nics) :]:
        yield Change(operation=Operation.remove, device=surplus)


def _bytes(disk: Any) -> int:
    return int(disk.capacityInBytes or disk.capacityInKB * 1024)
