"""Node images: what is on record of their making, their templates in vCenter, their logs."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from provisioner.domain.images import KIND
from provisioner.domain.spec.image import ImageSpec
from provisioner.store import resources
from provisioner.store.errors import NotFound
from provisioner.store.tables import Image, ImageLogLine, ImageTemplate, Resource


def begin(session: Session, resource: Resource, spec: ImageSpec) -> Image:
    """The row that every image has from the transaction on that asked for it."""
    image = Image(
        resource_id=resource.id,
        org_id=resource.org_id,
        vcenter_id=resource.vcenter_id,
        digest=spec.digest,
        os=spec.os,
        kubernetes_version=spec.kubernetes_version,
    )
    session.add(image)
    return image


def get(session: Session, resource_id: str) -> Image:
    found = session.get(Image, resource_id)
    if found is None:
        raise NotFound(f"there is no image {resource_id}")
    return found


def spec_of(session: Session, resource: Resource) -> ImageSpec:
    return ImageSpec.model_validate(resources.document(session, resource))


def with_digest(session: Session, org_id: int, vcenter_id: str, digest: str) -> Resource | None:
    """The newest registered one that was made of exactly this."""
    query = (
        select(Resource)
        .join(Image, Image.resource_id == Resource.id)
        .where(
            Image.org_id == org_id,
            Image.vcenter_id == vcenter_id,
            Image.digest == digest,
            Image.registered_at.is_not(None),
            Resource.kind == KIND,
            Resource.deletion_requested_at.is_(None),
        )
        .order_by(Image.registered_at.desc())
    )
    return session.scalars(query).first()


def templates(session: Session, resource_id: str) -> list[ImageTemplate]:
    query = select(ImageTemplate).where(ImageTemplate.resource_id == resource_id)
    return list(session.scalars(query.order_by(ImageTemplate.name)))


def append_log(session: Session, resource_id: str, lines: Sequence[str]) -> None:
    """Numbers go on where they were; one writer at a time."""
    query = select(func.max(ImageLogLine.number)).where(ImageLogLine.resource_id == resource_id)
    last = session.scalar(query) or 0
    session.add_all(
        ImageLogLine(resource_id=resource_id, number=number, text=text)
        for number, text in enumerate(lines, last + 1)
    )


def log_after(
    session: Session, resource_id: str, number: int, at_most: int = 1000
) -> list[ImageLogLine]:
    query = (
        select(ImageLogLine)
        .where(ImageLogLine.resource_id == resource_id, ImageLogLine.number > number)
        .order_by(ImageLogLine.number)
        .limit(at_most)
    )
    return list(session.scalars(query))
