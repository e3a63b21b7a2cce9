"""What a resource's document asks for, in words that know nothing of its kind."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from provisioner.domain.image_definitions import NODE
from provisioner.domain.image_queries import Query, parse
from provisioner.domain.planning.wishes import Desired
from provisioner.domain.spec.machine import Machine
from provisioner.domain.spec.placement import AddressPool, Placement


@dataclass(frozen=True)
class GroupShape:
    """What a group's VMs are like. `path`: of the group's fields in the user's document.

    `placement` is the whole resource's, its field `placement`; the group's own lies over it.
    `vcenter`: by its name, where it is another one than the whole resource's. `addresses`: of the
    NICs in their order, None and absent ones by DHCP; if there are none at all, the machine's own
    pool is for the first. `role`: what their image must be built for; None asks nothing of it.
    `kubernetes`: what an image query asks for that is silent about it.
    """

    name: str
    path: str
    machine: Machine
    placement: Placement
    vcenter: str | None = None
    addresses: tuple[AddressPool | None, ...] = ()
    role: str | None = NODE
    kubernetes: str | None = None

    def query(self) -> Query | None:
        """What it asks of images; None when it only names its template."""
        if not self.machine.image:
            return None
        asked = parse(self.machine.image)
        kubernetes = asked.kubernetes or self.kubernetes
        return replace(asked, kubernetes=kubernetes, role=self.role)

    def pool(self, nic: int) -> AddressPool | None:
        given = self.addresses or (self.machine.addresses,)
        return given[nic] if nic < len(given) else None


@dataclass(frozen=True)
class Wanted:
    """`groups` has the shapes of all groups of `desired`, by name."""

    desired: Desired
    groups: Mapping[str, GroupShape]
