"""Load balancers on record: their documents, where their members go, and what they lease."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from sqlalchemy.orm import Session

from provisioner.domain.addresses import InvalidRange, parse_range
from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.inventory import Resolved
from provisioner.domain.load_balancers import LoadBalancerDocument, shapes
from provisioner.domain.spec.load_balancer import LoadBalancerSpec, Member, Network
from provisioner.domain.virtual_machines import InventoryObject
from provisioner.domain.wanted import GroupShape
from provisioner.store import image_uses, inventory, leases, placing, resources
from provisioner.store.errors import Taken
from provisioner.store.sites import find_vcenter
from provisioner.store.tables import Resource, VCenter


def document_of(session: Session, resource: Resource) -> LoadBalancerDocument:
    return LoadBalancerDocument.model_validate(resources.document(session, resource))


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


def reserve(
    session: Session, resource: Resource, spec: LoadBalancerSpec, estate: Estate
) -> tuple[int, ...]:
    """Leases all that the pair has for life; answers a router id for each member.

    Its members' addresses, its VIPs in the networks of all members, and VRRP router ids. Raises
    InvalidRequest with all that are somebody else's.
    """
    holder, faults = leases.Holder(resource.id), []
    for wish in _wishes(spec, estate):
        try:
            leases.take(session, wish.kind, wish.domain, str(wish.address), holder)
        except Taken as err:
            faults.append(Fault(wish.path, f"{err}; choose a free address"))
    faults += _leased_to_others(session, resource, spec, estate)
    if faults:
        raise InvalidRequest(sorted(set(faults)))
    return router_ids(session, resource, spec, estate)


def router_ids(
    session: Session, resource: Resource, spec: LoadBalancerSpec, estate: Estate
) -> tuple[int, ...]:
    names = [member.name for member in spec.members]
    domains = estate.domains(spec.members, "frontend")
    try:
        found = leases.take_vrids(session, domains, resource.id, names)
    except Taken as err:
        raise InvalidRequest([Fault("vrrp", str(err))]) from err
    return tuple(found[name] for name in names)


def leased_router_ids(session: Session, resource_id: str, spec: LoadBalancerSpec) -> dict[str, int]:
    """By member, whose own it stays."""
    found = leases.vrids_by_group(session, resource_id)
    return {member.name: found[member.name] for member in spec.members}


@dataclass(frozen=True)
class _Wish:
    path: str
    kind: str
    domain: str
    address: IPv4Address


def _wishes(spec: LoadBalancerSpec, estate: Estate) -> Iterator[_Wish]:
    for path, member in spec.paths():
        for network, nic in member.networks.own().items():
            if domain := estate.domain(member, network):
                at = f"{path}.networks.{network}.address"
                yield _Wish(at, leases.RESERVED, domain, nic.address.ip)
    for index, vip in enumerate(spec.vips):
        for domain in estate.domains(spec.members, vip.network):
            yield _Wish(f"vips.{index}.address", leases.VIP, domain, vip.address)


def _leased_to_others(
    session: Session, resource: Resource, spec: LoadBalancerSpec, estate: Estate
) -> Iterator[Fault]:
    """Of the range that clusters' VIPs are to come from."""
    try:
        reserved = parse_range(spec.service_range) if spec.service_range else None
    except InvalidRange:
        return
    for domain in estate.domains(spec.members, "frontend") if reserved else ():
        for address, holder in leases.taken_addresses(session, domain).items():
            if reserved and holder != resource.id and IPv4Address(address) in reserved:
                yield Fault("serviceRange", f"{address} in it is leased already; leave it out")


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
