"""What there is already."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from api.images import schemas
from api.images.admission import Admitted
from provisioner.domain.inventory import Inventory
from provisioner.domain.spec.image import ImageSpec
from provisioner.store import image_uses, images, inventory
from provisioner.store.errors import Conflict
from provisioner.store.overviews import overviews
from provisioner.store.tables import Resource


def shown(session: Session, resource: Resource) -> schemas.ImageOut:
    [found] = overviews(session, [resource], ImageSpec)
    [known] = images.known(session, [resource.id])
    return schemas.image(found, known, image_uses.uses(session, [resource])[resource.id])


def already_made(
    session: Session, org_id: int, wanted: Admitted
) -> tuple[Resource, tuple[str, ...]] | None:
    """An image of exactly this in that datacenter, with all its templates, and the datastores where
    it should be and is not.

    Raises Conflict while one is being made, or waits for somebody to try again.
    """
    what = org_id, wanted.vcenter.id, wanted.spec.digest or ""
    known = inventory.load(session, wanted.vcenter.id)
    found = [
        (resource, missing(session, resource, wanted.datastores))
        for resource in images.with_digest(session, *what)
        if _is_whole(session, resource, wanted.spec, known)
    ]
    if found:
        # Of several the newest.
        return min(found, key=lambda one: len(one[1]))
    if begun := images.unfinished_with_digest(session, *what):
        raise Conflict(
            f"image {begun.name} of exactly this is being made, or failed (/images/builds/"
            f"{begun.name}): wait for it, or retry or delete it; another one is made by force"
        )
    return None


def missing(session: Session, resource: Resource, datastores: Iterable[str]) -> tuple[str, ...]:
    there = {datastore_name(one.datastore) for one in images.templates(session, resource.id)}
    return tuple(one for one in datastores if datastore_name(one) not in there)


def _is_whole(session: Session, resource: Resource, wanted: ImageSpec, known: Inventory) -> bool:
    spec = images.spec_of(session, resource)
    here, there = (
        known.find(("Datacenter",), one.placement.datacenter, "/") for one in (spec, wanted)
    )
    present = {one.moref for one in known.objects if one.is_template}
    templates = {one.moref for one in images.templates(session, resource.id)}
    return here == there and templates <= present


def datastore_name(datastore: str) -> str:
    return datastore.rpartition("/")[2]
