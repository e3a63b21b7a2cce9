"""Addresses of a cluster against leases and the other clusters of the same L2 networks."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.addresses import AddressRange, InvalidRange, parse_range
from provisioner.domain.clusters import KIND, shapes
from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import CONTROL_PLANE, ClusterSpec
from provisioner.store import inventory, leases, placing
from provisioner.store.service_ranges import service_ranges
from provisioner.store.sites import Site
from provisioner.store.tables import Resource, Spec, VCenter


@dataclass(frozen=True)
class Claim:
    """Addresses a cluster uses. `use`: vip, balancer (MetalLB's) or nodes."""

    path: str
    use: str
    group: str
    addresses: AddressRange


# VIPs and nodes' addresses are leased one by one: among them only real use is a collision.
_CLASHES = {
    ("vip", "balancer"),
    ("balancer", "vip"),
    ("balancer", "balancer"),
    ("balancer", "nodes"),
    ("nodes", "balancer"),
}


@dataclass(frozen=True)
class Neighbourhood:
    """A cluster to be (or, with `own`, the cluster of that id as it is to become) at its site.

    `friends`: ids of those whose leases are not in its way.
    """

    session: Session
    org_id: int
    site: Site
    own: str | None = None
    friends: Collection[str] = ()

    def faults(self, spec: ClusterSpec) -> list[Fault]:
        return self.faults_of(_claims(spec))

    def faults_of(self, claims: Iterable[Claim]) -> list[Fault]:
        """Those of groups without a place are left out: that is a fault of its own."""
        ours = [claim for claim in claims if self.site.domain(claim.group)]
        return [
            *self._against_leases(ours),
            *self._against_others(ours),
            *self._against_service_ranges(ours),
        ]

    def _against_leases(self, ours: list[Claim]) -> Iterator[Fault]:
        for claim in ours:
            if claim.use != "nodes" and (found := self._holder(claim)):
                address, owner = found
                advice = f"{address} is in use by {self._name(owner)}; choose free addresses"
                yield Fault(claim.path, advice)

    def _holder(self, claim: Claim) -> tuple[str, Resource] | None:
        domain = self.site.domain(claim.group) or ""
        for address, holder in leases.taken_addresses(self.session, domain).items():
            if holder not in (self.own, *self.friends) and IPv4Address(address) in claim.addresses:
                query = select(Resource).where(Resource.id == holder)
                return address, self.session.scalars(query).one()
        return None

    def _against_others(self, ours: list[Claim]) -> Iterator[Fault]:
        for resource, spec in self._others():
            theirs = list(_claims(spec))
            clashes = [(a, b) for a in ours for b in theirs if _clash(a, b)]
            domains = self._domains(resource, spec) if clashes else {}
            for mine, other in clashes:
                if self.site.domain(mine.group) == domains.get(other.group):
                    owner = f"{other.path} of {self._name(resource)}"
                    advice = f"{mine.addresses} overlaps {owner}; choose free addresses"
                    yield Fault(mine.path, advice)

    def _against_service_ranges(self, ours: list[Claim]) -> Iterator[Fault]:
        """VIPs are leased when clusters get them; what MetalLB announces never is."""
        announced = [claim for claim in ours if claim.use == "balancer"]
        for theirs in service_ranges(self.session) if announced else ():
            met = [claim for claim in announced if claim.addresses.meets(theirs.addresses)]
            domains = theirs.domains(self.session) if met else []
            for claim in met:
                if self.site.domain(claim.group) in domains:
                    owner = f"serviceRange of {self._name(theirs.resource)}"
                    advice = f"{claim.addresses} overlaps {owner}; choose free addresses"
                    yield Fault(claim.path, advice)

    def _others(self) -> Iterator[tuple[Resource, ClusterSpec]]:
        """Live clusters on the same vCenter, whoever registered it."""
        query = (
            select(Resource, Spec.document)
            .join(VCenter, VCenter.id == Resource.vcenter_id)
            .join(
                Spec,
                (Spec.resource_id == Resource.id) & (Spec.generation == Resource.generation),
            )
            .where(
                Resource.kind == KIND,
                Resource.deleted_at.is_(None),
                Resource.id != (self.own or ""),
                VCenter.instance_uuid == self.site.vcenter.instance_uuid,
            )
        )
        for resource, document in self.session.execute(query):
            yield resource, ClusterSpec.model_validate(document)

    def _domains(self, resource: Resource, spec: ClusterSpec) -> dict[str, str]:
        vcenter = self.session.get_one(VCenter, resource.vcenter_id)
        known = inventory.load(self.session, vcenter.id)
        places, _ = placing.resolve(shapes(spec), known, vcenter.root_folder)
        return {group: placing.network_domain(vcenter, place) for group, place in places.items()}

    def _name(self, resource: Resource) -> str:
        kind = resource.kind.replace("-", " ")
        if resource.org_id == self.org_id:
            return f"{kind} {resource.name!r}"
        return f"another organisation's {kind}"


def _clash(mine: Claim, other: Claim) -> bool:
    return (mine.use, other.use) in _CLASHES and mine.addresses.meets(other.addresses)


def _claims(spec: ClusterSpec) -> Iterator[Claim]:
    # A pair's VIP is in the networks of its members.
    if spec.endpoint.vip and not spec.endpoint.pair:
        vip = AddressRange(spec.endpoint.vip, spec.endpoint.vip)
        yield Claim("endpoint.vip", "vip", CONTROL_PLANE, vip)
    for index, text in enumerate(spec.load_balancer_ranges):
        yield from _claim(f"loadBalancerRanges.{index}", "balancer", CONTROL_PLANE, text)
    for shape in shapes(spec):
        pool = shape.pool(0)
        for index, text in enumerate(pool.ranges if pool else ()):
            yield from _claim(f"{shape.path}.addresses.ranges.{index}", "nodes", shape.name, text)


def _claim(path: str, use: str, group: str, text: str) -> Iterator[Claim]:
    try:
        yield Claim(path, use, group, parse_range(text))
    except InvalidRange:
        return  # the document's own check names it
