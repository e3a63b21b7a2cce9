"""What a resource's document asks for, in words that know nothing of its kind."""

from collections.abc import Mapping
from dataclasses import dataclass

from provisioner.domain.planning.wishes import Desired
from provisioner.domain.spec.machine import Machine
from provisioner.domain.spec.placement import AddressPool, Placement


@dataclass(frozen=True)
class GroupShape:
    """What a group's VMs are like. `path`: of the group's fields in the user's document.

    `placement` is the whole resource's, its field `placement`; the group's own lies over it.
    `vcenter`: by its name, where it is another one than the whole resource's. `addresses`: of the
    NICs in their order, None and absent ones by DHCP; if there are none at all, the machine's own
    pool is for the first.
    """

    name: str
    path: str
    machine: Machine
    placement: Placement
    vcenter: str | None = None
    addresses: tuple[AddressPool | None, ...] = ()

    def pool(self, nic: int) -> AddressPool | None:
        given = self.addresses or (self.machine.addresses,)
        return given[nic] if nic < len(given) else None


@dataclass(frozen=True)
class Wanted:
    """`groups` has the shapes of all groups of `desired`, by name."""

    desired: Desired
    groups: Mapping[str, GroupShape]
