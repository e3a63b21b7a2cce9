"""What there is already."""

from sqlalchemy.orm import Session

from api.images import schemas
from api.images.admission import Admitted
from provisioner.domain.spec.image import ImageSpec
from provisioner.store import image_uses, images, inventory
from provisioner.store.errors import Conflict
from provisioner.store.overviews import overviews
from provisioner.store.tables import ImageTemplate, Resource


def shown(session: Session, resource: Resource) -> schemas.ImageOut:
    [found] = overviews(session, [resource], ImageSpec)
    [known] = images.known(session, [resource.id])
    return schemas.image(found, known, image_uses.uses(session, [resource])[resource.id])


def already_made(session: Session, org_id: int, wanted: Admitted) -> Resource | None:
    """An image of exactly this, on all the datastores asked for, with all its templates.

    Raises Conflict while one is being made, or waits for somebody to try again.
    """
    what = org_id, wanted.vcenter.id, wanted.spec.digest or ""
    known = inventory.load(session, wanted.vcenter.id)
    present = {one.moref for one in known.objects if one.is_template}
    copies = {_name(one) for one in wanted.spec.copies}
    for found in images.with_digest(session, *what):
        templates = images.templates(session, found.id)
        if {one.moref for one in templates} <= present and _on(templates) >= copies:
            return found
    if begun := images.unfinished_with_digest(session, *what):
        raise Conflict(
            f"image {begun.name} of exactly this is being made, or failed (/images/builds/"
            f"{begun.name}): wait for it, or retry or delete it; another one is made by force"
        )
    return None


def _on(templates: list[ImageTemplate]) -> set[str]:
    return {_name(one.datastore) for one in templates}


def _name(datastore: str) -> str:
    return datastore.rpartition("/")[2]
