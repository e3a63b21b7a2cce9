"""What a VM's guest is to the rest of the lab: something that runs while the VM is powered on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

# The option that a clone inherits from the template it was made of (lab/vcenter/templates.go).
TEMPLATE_OPTION = "lab.template"
# The moref of what a VM was cloned from (lab/vcenter/gaps.go).
SOURCE_OPTION = "lab.source"


@dataclass(frozen=True)
class GuestNic:
    """`network` is the name of the port group it is connected to."""

    mac: str
    network: str


@dataclass(frozen=True)
class GuestVM:
    """What the hypervisor shows a guest at power on. NICs are in the order of their slots."""

    moref: str
    name: str
    instance_uuid: str
    nics: tuple[GuestNic, ...]
    extra_config: Mapping[str, str] = field(repr=False)
    cpus: int = 1
    memory_mib: int = 1024

    @property
    def macs(self) -> tuple[str, ...]:
        return tuple(nic.mac for nic in self.nics)

    @property
    def template(self) -> str:
        """The name of the template it was cloned from, empty if that is none of the lab's."""
        return self.extra_config.get(TEMPLATE_OPTION, "")

    @property
    def source(self) -> str:
        """The VM it was cloned from, which is one of the lab's templates or began as one."""
        return self.extra_config.get(SOURCE_OPTION, "")


class GuestTools(Protocol):
    """The guest's side of VMware Tools. All return at once."""

    def report(self, moref: str, address: str) -> None:
        """Tools run, and the first NIC has this address."""
        ...

    def report_nics(self, moref: str, addresses: Mapping[str, tuple[str, ...]]) -> None:
        """Tools run; addresses in CIDR text by MAC, in the order of the NICs."""
        ...

    def publish(self, moref: str, values: Mapping[str, str]) -> None:
        """What the guest itself set by `vmware-rpctool info-set`, by the keys of guestinfo."""
        ...

    def fall_silent(self, moref: str) -> None:
        """Tools no longer run, though the VM does."""
        ...

    def power_off(self, moref: str) -> None:
        """The guest has shut down, and its VM is off."""
        ...


class GuestRunner(Protocol):
    """Gives VMs their guests. All methods return soon and may be repeated; none raises.

    VMs that are no clones of the lab's templates are left alone.
    """

    def create(self, vm: GuestVM) -> None:
        """The VM is there: its disk begins as its source's is now."""
        ...

    def power_on(self, vm: GuestVM) -> None:
        """The guest boots, or goes on where it was."""
        ...

    def shut_down(self, moref: str) -> None:
        """The guest ends by itself, then its VM is off. Not on: nothing."""
        ...

    def power_off(self, moref: str) -> None:
        """As pulling the plug: everything the guest ran is gone, its disk stays."""
        ...

    def reconfigure(self, vm: GuestVM) -> None:
        """extraConfig or hardware changed while the VM is on. Not on: nothing."""
        ...

    def destroy(self, moref: str) -> None:
        """Power off, and the disk is gone too."""
        ...

    def close(self) -> None:
        """Pulls all plugs."""
        ...
