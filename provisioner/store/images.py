"""Node images: what is on record of their making, their templates in vCenter, their logs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from provisioner.domain.images import KIND
from provisioner.domain.spec.image import ImageSpec
from provisioner.store import resources
from provisioner.store.errors import NotFound
from provisioner.store.tables import Image, ImageLogLine, ImageTemplate, Operation, Resource, Spec


@dataclass(frozen=True)
class Known:
    """What is on record of an image, beside its resource."""

    row: Image
    templates: tuple[ImageTemplate, ...]


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


def copied_to(session: Session, resource_id: str) -> frozenset[str]:
    """Datastores that any of its documents named."""
    query = select(Spec.document).where(Spec.resource_id == resource_id)
    documents = map(ImageSpec.model_validate, session.scalars(query))
    return frozenset(name for one in documents for name in one.copies)


def registered(session: Session, vcenter_id: str) -> list[tuple[Resource, Image]]:
    """Those of a vCenter that pools can stand on, the newest first."""
    query = (
        select(Resource, Image)
        .join(Image, Image.resource_id == Resource.id)
        .where(
            Image.vcenter_id == vcenter_id,
            Image.registered_at.is_not(None),
            Resource.deletion_requested_at.is_(None),
        )
        .order_by(Image.registered_at.desc())
    )
    return list(session.execute(query))


def with_digest(session: Session, org_id: int, vcenter_id: str, digest: str) -> list[Resource]:
    """Those registered that were made of exactly this, the newest first."""
    query = _with_digest(org_id, vcenter_id, digest).where(Image.registered_at.is_not(None))
    return list(session.scalars(query.order_by(Image.registered_at.desc())))


def _with_digest(org_id: int, vcenter_id: str, digest: str) -> Select[Resource]:
    return (
        select(Resource)
        .join(Image, Image.resource_id == Resource.id)
        .where(
            Image.org_id == org_id,
            Image.vcenter_id == vcenter_id,
            Image.digest == digest,
            Resource.kind == KIND,
            Resource.deletion_requested_at.is_(None),
        )
    )


def unfinished_with_digest(
    session: Session, org_id: int, vcenter_id: str, digest: str
) -> Resource | None:
    """One of exactly this that is being made, or failed and can be tried again."""
    query = _with_digest(org_id, vcenter_id, digest).where(Image.registered_at.is_(None))
    return session.scalars(query.order_by(Resource.created_at.desc())).first()


def making(session: Session, resource_id: str) -> Operation:
    """The latest attempt at it, whether it is under way or over."""
    query = select(Operation).where(
        Operation.resource_id == resource_id, Operation.kind != "delete"
    )
    return session.scalars(query.order_by(Operation.started_at.desc()).limit(1)).one()


def templates(session: Session, resource_id: str) -> list[ImageTemplate]:
    query = select(ImageTemplate).where(ImageTemplate.resource_id == resource_id)
    return list(session.scalars(query.order_by(ImageTemplate.name)))


def known(session: Session, resource_ids: Iterable[str]) -> list[Known]:
    """In the same order, in two statements however many there are."""
    ids = list(resource_ids)
    rows = {
        row.resource_id: row
        for row in session.scalars(select(Image).where(Image.resource_id.in_(ids)))
    }
    query = select(ImageTemplate).where(ImageTemplate.resource_id.in_(ids))
    found: defaultdict[str, list[ImageTemplate]] = defaultdict(list)
    for template in session.scalars(query.order_by(ImageTemplate.name)):
        found[template.resource_id].append(template)
    return [Known(rows[one], tuple(found[one])) for one in ids]


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
