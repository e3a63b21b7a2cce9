"""What the machines of a template were built to be, as far as we know."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.store import images
from provisioner.store.tables import ImageTemplate, Resource, VCenter


def role_of(session: Session, vcenter: VCenter, moref: str) -> str | None:
    """None: it is of no image of this organisation's, or of one for whatever it may be."""
    query = (
        select(Resource)
        .join(ImageTemplate, ImageTemplate.resource_id == Resource.id)
        .where(
            Resource.vcenter_id == vcenter.id,
            Resource.deleted_at.is_(None),
            ImageTemplate.moref == moref,
        )
    )
    roles = {images.spec_of(session, image).role for image in session.scalars(query)}
    return roles.pop() if len(roles) == 1 else None
