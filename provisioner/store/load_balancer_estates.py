"""Where a load balancer's members are to be: the vCenter of each, and its place there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.inventory import Resolved
from provisioner.domain.load_balancers import shapes
from provisioner.domain.spec.load_balancer import LoadBalancerSpec, Member, Network
from provisioner.domain.virtual_machines import InventoryObject
from provisioner.domain.wanted import GroupShape
from provisioner.store import image_uses, inventory, placing
from provisioner.store.sites import find_vcenter
from provisioner.store.tables import VCenter


@dataclass(frozen=True)
class Estate:
    """Where the members are to be, by their names. Both lack those that `faults` tell about."""

    vcenters: Mapping[str, VCenter]
    places: Mapping[str, Resolved]
    faults: tuple[Fault, ...] = ()

    def nic(self, member: Member, network: Network) -> InventoryObject | None:
        """The port group of the NIC that serves `network`."""
        own = list(member.networks.own())
        index = own.index(network) if network in own else 0
        place = self.places.get(member.name)
        # Of two members with one name only one has its place here.
        return place.networks[index] if place and index < len(place.networks) else None

    def domain(self, member: Member, network: Network) -> str | None:
        """The L2 network of the NIC that serves `network`."""
        nic, vcenter = self.nic(member, network), self.vcenters.get(member.name)
        return placing.domain_of(vcenter, nic) if nic and vcenter else None

    def domains(self, members: Iterable[Member], network: Network) -> list[str]:
        found = (self.domain(member, network) for member in members)
        return [domain for domain in found if domain]


def find_estate(session: Session, org_id: int, spec: LoadBalancerSpec) -> Estate:
    vcenters: dict[str, VCenter] = {}
    places: dict[str, Resolved] = {}
    faults: list[Fault] = []
    for shape, member in zip(shapes(spec), spec.members, strict=True):
        try:
            row = find_vcenter(session, org_id, member.vcenter)
        except InvalidRequest as err:
            faults += [Fault(f"{shape.path}.vcenter", fault.message) for fault in err.faults]
            continue
        known = inventory.load(session, row.id)
        found, wrong = placing.resolve([shape], known, row.root_folder)
        templates = {f"{shape.path}.template": one.template.moref for one in found.values()}
        wrong += image_uses.hold(session, row, templates)
        faults += [_within(shape, member, fault) for fault in wrong]
        vcenters[member.name] = row
        places |= found
    return Estate(vcenters, places, tuple(sorted(set(faults))))


def _within(shape: GroupShape, member: Member, fault: Fault) -> Fault:
    """A member's own placement and NICs, where a resolver speaks of a whole resource's."""
    head, _, rest = fault.path.partition("placement.")
    if head or not rest:
        return fault
    first, _, more = rest.partition(".")
    if first == "networks":
        network = list(member.networks.own())[int(more.partition(".")[0])]
        return Fault(f"{shape.path}.networks.{network}.network", fault.message)
    return Fault(f"{shape.path}.placement.{rest}", fault.message)
