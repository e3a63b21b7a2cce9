"""What a VM shows its guest, read from vCenter."""

from collections.abc import Iterable
from typing import Any

from pyVmomi import vim

from lab.guests.interface import GuestNic, GuestVM
from lab.guests.session import GuestSession
from provisioner.vsphere.reading import paths, read

NAME, UUID = "name", "config.instanceUuid"
EXTRA_CONFIG, DEVICES = "config.extraConfig", "config.hardware.device"
CPUS, MEMORY = "config.hardware.numCPU", "config.hardware.memoryMB"

Card = vim.vm.device.VirtualEthernetCard
Distributed = Card.DistributedVirtualPortBackingInfo


class GuestReader:
    """Reads any number of VMs in one request; port groups are remembered."""

    def __init__(self, session: GuestSession) -> None:
        self._session = session
        self._port_groups: dict[str, str] = {}

    def read(self, morefs: Iterable[str]) -> list[GuestVM]:
        """Those that are gone, or just being made, are left out."""
        vms = [self._session.vm(moref) for moref in morefs]
        if not vms:
            return []
        wanted = paths(vim.VirtualMachine, NAME, UUID, EXTRA_CONFIG, DEVICES, CPUS, MEMORY)
        found = read(self._session.content, vms, [wanted])
        return [self._guest(moref, seen) for moref, seen in found.items() if UUID in seen]

    def _guest(self, moref: str, seen: dict[str, Any]) -> GuestVM:
        cards = sorted((one for one in seen[DEVICES] if isinstance(one, Card)), key=_slot)
        return GuestVM(
            moref=moref,
            name=seen[NAME],
            instance_uuid=seen[UUID],
            nics=tuple(GuestNic(str(one.macAddress).lower(), self._network(one)) for one in cards),
            extra_config={one.key: str(one.value) for one in seen[EXTRA_CONFIG]},
            cpus=seen[CPUS],
            memory_mib=seen[MEMORY],
        )

    def _network(self, card: Any) -> str:
        if not isinstance(card.backing, Distributed):
            return str(card.backing.deviceName)
        key = str(card.backing.port.portgroupKey)
        if key not in self._port_groups:
            group = self._session.port_group(key)
            found = read(self._session.content, [group], [paths(type(group), NAME)])
            self._port_groups[key] = found[key][NAME]
        return self._port_groups[key]


def _slot(card: Any) -> int:
    return int(card.key)
