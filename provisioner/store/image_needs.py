"""Which datastores need an image that is asked for: where groups stand by now."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.image_copies import Need, Prospect, Series, Standing, needs, series
from provisioner.domain.images import KIND
from provisioner.domain.inventory import Inventory, Surroundings
from provisioner.domain.kinds import READERS
from provisioner.domain.resolving import Resolver, Wish
from provisioner.domain.virtual_machines import InventoryObject
from provisioner.domain.wanted import GroupShape
from provisioner.store import image_uses, images
from provisioner.store.image_uses import Use
from provisioner.store.tables import Resource, Spec, VCenter


def copies_needed(
    session: Session,
    vcenter: VCenter,
    known: Inventory,
    datacenter: InventoryObject,
    image: Prospect,
) -> tuple[Need, ...]:
    """By the organisation's clusters, etcd clusters and load balancers that are to stay. Templates
    are cloned within their datacenter.
    """
    followed = _series(session, vcenter)
    return needs(
        image,
        (
            Standing(
                Use(resource, shape.name).told_to(resource.org_id),
                around.storage.name,
                shape.query(),
                followed.get((resource.id, shape.name)),
            )
            for resource, shape, around in _placed(session, vcenter, known)
            if around.datacenter == datacenter
        ),
    )


def pools_there(session: Session, vcenter: VCenter, known: Inventory) -> dict[str, str]:
    """Resource pools of groups by the datastores where they stand: their hosts reach them."""
    placed = _placed(session, vcenter, known)
    return {around.storage.moref: around.pool.moref for _, _, around in placed}


def _placed(
    session: Session, vcenter: VCenter, known: Inventory
) -> Iterator[tuple[Resource, GroupShape, Surroundings]]:
    """Groups on one datastore: in a datastore cluster vSphere chooses, each time anew."""
    resolver = Resolver(known, vcenter.root_folder)
    for resource, shape in _groups(session, vcenter):
        wish = Wish(shape.path, None, shape.placement, shape.machine.placement)
        around = resolver.surroundings(wish)
        if around and around.storage.type == "Datastore":
            yield resource, shape, around


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
