"""What a VM's guest is to the rest of the lab: something that runs while the VM is powered on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class GuestVM:
    """What the hypervisor shows a guest at power on. NICs are in the order of their slots."""

    moref: str
    name: str
    instance_uuid: str
    macs: tuple[str, ...]
    extra_config: Mapping[str, str] = field(repr=False)


class GuestTools(Protocol):
    """The guest's side of VMware Tools. Both return at once."""

    def report(self, moref: str, address: str) -> None:
        """Tools run, and the first NIC has this address."""
        ...

    def fall_silent(self, moref: str) -> None:
        """Tools no longer run, though the VM does."""
        ...


class GuestRunner(Protocol):
    """Gives VMs their guests. All methods return soon and may be repeated; none raises."""

    def power_on(self, vm: GuestVM) -> None:
        """The guest boots, or goes on where it was. VMs without guestinfo are left alone."""
        ...

    def power_off(self, moref: str) -> None:
        """As pulling the plug: everything the guest ran is gone, its disk stays."""
        ...

    def destroy(self, moref: str) -> None:
        """Power off, and the disk is gone too."""
        ...

    def close(self) -> None:
        """Pulls all plugs."""
        ...
