"""Which templates groups get that ask for an image by what it is like."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from provisioner.domain.faults import Fault
from provisioner.domain.image_queries import Offer, OfferedTemplate, Query, choose
from provisioner.domain.inventory import Inventory
from provisioner.domain.spec.placement import Placement
from provisioner.domain.wanted import GroupShape
from provisioner.store import images, inventory, resources, vcenters
from provisioner.store.tables import ImageTemplate, VCenter

_SHOWN = 8


@dataclass(frozen=True)
class Choice:
    """Templates by the paths of their groups; `faults` of groups that no image is for."""

    templates: Mapping[str, str]
    faults: tuple[Fault, ...]


def choose_templates(
    session: Session, org_id: int, vcenter: str, shapes: Iterable[GroupShape]
) -> Choice:
    """For groups that have no template yet; no choice is ever changed.

    `vcenter`: its name; one that isn't there is no fault here.
    What was chosen is held until the transaction ends, which puts its use on record.
    """
    queries = ((one, one.query()) for one in shapes if not one.machine.template)
    asking = [(shape, query) for shape, query in queries if query]
    row = next((one for one in vcenters.listed(session, org_id) if one.name == vcenter), None)
    if not asking or row is None:
        return Choice({}, ())
    catalogue = _Catalogue(session, row, inventory.load(session, row.id))
    templates: dict[str, str] = {}
    faults: list[Fault] = []
    for shape, query in asking:
        placement = shape.placement.overlaid(shape.machine.placement)
        offers = [one for one in catalogue.offers(placement) if one.serves(query.role)]
        if found := catalogue.hold(query, offers, catalogue.near(placement)):
            templates[shape.path] = found[1].path
        else:
            faults.append(Fault(f"{shape.path}.image", _advice(query, offers)))
    return Choice(templates, tuple(faults))


def _advice(query: Query, offers: list[Offer]) -> str:
    if not offers:
        of_role = f" of a {query.role}" if query.role else ""
        none = f"there is no image{of_role} in this datacenter yet"
        return f"{none}; make one first: POST /images/builds"
    shown = ", ".join(map(str, offers[:_SHOWN])) + (", ..." if len(offers) > _SHOWN else "")
    return f"no image is {query}; there are: {shown}"


@dataclass(frozen=True)
class _Catalogue:
    """An organisation's images in one of its vCenters."""

    session: Session
    vcenter: VCenter
    known: Inventory

    def offers(self, placement: Placement) -> Iterator[Offer]:
        """The newest first, with those of their templates that are in the same datacenter."""
        below = self._below(placement)
        for resource, row in images.registered(self.session, self.vcenter.id):
            found = (self._seen(one) for one in images.templates(self.session, resource.id))
            yield Offer(
                id=resource.id,
                name=resource.name,
                os=row.os,
                kubernetes=row.kubernetes_version,
                registered_at=row.registered_at or resource.created_at,
                templates=tuple(one for one in found if one and one.path.startswith(below)),
                role=images.spec_of(self.session, resource).role,
            )

    def hold(
        self, query: Query, offers: list[Offer], near: set[str]
    ) -> tuple[Offer, OfferedTemplate] | None:
        """What is chosen. Whoever deletes an image locks it first, and then looks for its users;
        one whose deletion was asked for until we had the lock is passed over.
        """
        while found := choose(query, offers, near):
            if not resources.lock(self.session, found[0].id).deletion_requested_at:
                return found
            offers = [one for one in offers if one is not found[0]]
        return None

    def near(self, placement: Placement) -> set[str]:
        """Names of the datastores where the placement's VMs may lie."""
        if placement.datastore:
            return {placement.datastore.rpartition("/")[2]}
        pod = placement.datastore_cluster or ""
        found = self.known.find(("StoragePod",), pod, self._below(placement))
        pods = {one.moref for one in found}
        stores = (one for one in self.known.objects if one.type == "Datastore")
        return {one.name for one in stores if one.parent in pods}

    def _below(self, placement: Placement) -> str:
        centers = self.known.find(("Datacenter",), placement.datacenter, "/")
        return f"{centers[0].path}/" if len(centers) == 1 else ""

    def _seen(self, template: ImageTemplate) -> OfferedTemplate | None:
        """Where it is by now; None when it is not there, or no template any more."""
        for item in self.known.objects:
            if item.moref == template.moref and item.is_template:
                return OfferedTemplate(item.path, template.datastore.rpartition("/")[2])
        return None
