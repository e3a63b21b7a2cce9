"""Which datastores need an image that is asked for: where groups stand by now."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.image_copies import Need, Prospect, Series, Standing, needs, series
from provisioner.domain.images import KIND
from provisioner.domain.inventory import Inventory
from provisioner.domain.kinds import READERS
from provisioner.domain.spec.placement import Placement
from provisioner.domain.virtual_machines import InventoryObject
from provisioner.domain.wanted import GroupShape
from provisioner.store import image_uses, images
from provisioner.store.image_uses import Use
from provisioner.store.tables import Resource, Spec, VCenter


@dataclass(frozen=True)
class ImageSite:
    """Where an image is for: templates are cloned within their datacenter."""

    vcenter: VCenter
    known: Inventory
    datacenter: InventoryObject

    def datastore(self, placement: Placement) -> InventoryObject | None:
        """The one that is named: in a datastore cluster vSphere chooses, each time anew."""
        centers = self.known.find(("Datacenter",), placement.datacenter, "/")
        if centers != [self.datacenter] or not placement.datastore:
            return None
        below = self.datacenter.path
        found = self.known.find(("Datastore",), placement.datastore, below)
        return found[0] if len(found) == 1 else None


def copies_needed(session: Session, site: ImageSite, image: Prospect) -> tuple[Need, ...]:
    """By the organisation's clusters, etcd clusters and load balancers that are to stay."""
    return needs(image, _standing(session, site))


def _standing(session: Session, site: ImageSite) -> Iterator[Standing]:
    known = _series(session, site.vcenter)
    for resource, shape in _groups(session, site.vcenter):
        placement = shape.placement.overlaid(shape.machine.placement)
        if store := site.datastore(placement):
            told = Use(resource, shape.name).told_to(resource.org_id)
            followed = known.get((resource.id, shape.name))
            yield Standing(told, store.name, shape.query(), followed)


def _groups(session: Session, vcenter: VCenter) -> Iterator[tuple[Resource, GroupShape]]:
    """Those in this vCenter, whatever is made of them: members may be in several."""
    query = (
        select(Resource, Spec.document)
        .join(Spec, (Spec.resource_id == Resource.id) & (Spec.generation == Resource.generation))
        .where(
            Resource.org_id == vcenter.org_id,
            Resource.deletion_requested_at.is_(None),
            Resource.kind.in_(set(READERS) - {KIND}),
        )
        .order_by(Resource.number)
    )
    for resource, document in session.execute(query):
        wanted = READERS[resource.kind](document, generation=1, epoch=1, deleting=False)
        own = vcenter.name if resource.vcenter_id == vcenter.id else None
        for shape in wanted.groups.values():
            if (shape.vcenter or own) == vcenter.name:
                yield resource, shape


def _series(session: Session, vcenter: VCenter) -> dict[tuple[str, str | None], Series | None]:
    """Of the images that groups' templates are of, by resource and group."""
    registered = images.registered(session, vcenter.id)
    uses = image_uses.uses(session, [resource for resource, _ in registered])
    return {
        (use.resource.id, use.group): series(
            images.spec_of(session, resource).definition, image.kubernetes_version
        )
        for resource, image in registered
        for use in uses[resource.id]
    }
