"""Who stands on an image: groups of VMs that are cloned from it, now or at their next VM."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.faults import Fault
from provisioner.domain.image_places import folder_name
from provisioner.domain.images import KIND
from provisioner.domain.kinds import READERS
from provisioner.domain.spec.image import ImageSpec
from provisioner.store import images, resources, vcenters
from provisioner.store.errors import Conflict
from provisioner.store.tables import Image, ImageTemplate, InventoryRow, Resource, Spec, VCenter


@dataclass(frozen=True)
class Use:
    """`group`: of the resource, or None when an image is being made of this one."""

    resource: Resource
    group: str | None

    def told_to(self, org_id: int) -> str:
        if self.resource.org_id != org_id:
            return "something of another organisation"
        what = f"{self.resource.kind.replace('-', ' ')} {self.resource.name}"
        return f"{what} ({self.group})" if self.group else what


def refuse_when_used(session: Session, resource: Resource) -> None:
    """Raises Conflict. `resource` must be locked: whoever begins to use it locks it, too.

    What is being deleted itself is no hindrance.
    """
    found = uses(session, [resource])[resource.id]
    names = sorted({use.told_to(resource.org_id) for use in found if not _leaves(use.resource)})
    if names:
        raise Conflict(f"image {resource.name} is in use by {', '.join(names)}")


def hold(session: Session, vcenter: VCenter, templates: Mapping[str, str]) -> list[Fault]:
    """Keeps images from being deleted until the transaction ends, which puts their use on record.

    `templates`: ids by the fields that name them. The faults are of those that go already.
    """
    going = {
        moref
        for image_id, moref in sorted(_made_by_us(session, vcenter, templates.values()))
        if resources.lock(session, image_id).deletion_requested_at
    }
    advice = "is of an image that is being deleted; choose another"
    return [Fault(path, advice) for path, moref in templates.items() if moref in going]


def _made_by_us(
    session: Session, vcenter: VCenter, morefs: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Ids of images and templates."""
    query = (
        select(Resource, ImageTemplate)
        .join(ImageTemplate, ImageTemplate.resource_id == Resource.id)
        .join(VCenter, VCenter.id == Resource.vcenter_id)
        .where(
            ImageTemplate.moref.in_(set(morefs)),
            Resource.deleted_at.is_(None),
            vcenters.is_same(vcenter),
        )
    )
    for resource, template in session.execute(query):
        if is_ours(resource, template):
            yield resource.id, template.moref


def uses(session: Session, of: Iterable[Resource]) -> dict[str, list[Use]]:
    """Of images of one vCenter, by their ids. Other organisations may have registered it too."""
    wanted = list(of)
    if not wanted:
        return {}
    sources = list(_sources(session, resources.vcenter_of(session, wanted[0])))
    return {
        image.id: [
            Use(resource, group)
            for resource, group, template in sources
            if template in (named if group else ours) and resource.id != image.id
        ]
        for image in wanted
        for named, ours in [_names(session, image)]
    }


def _leaves(resource: Resource) -> bool:
    return resource.deletion_requested_at is not None


def _names(session: Session, image: Resource) -> tuple[set[str], set[str]]:
    """What documents may call its templates, also where they were moved or renamed meanwhile; and
    of these, those of templates that go with it."""
    found = images.templates(session, image.id)
    query = select(InventoryRow.moref, InventoryRow.facts).where(
        InventoryRow.vcenter_id == image.vcenter_id,
        InventoryRow.moref.in_([one.moref for one in found]),
    )
    seen = {moref: {facts["name"], facts["path"]} for moref, facts in session.execute(query)}
    named: set[str] = set()
    ours: set[str] = set()
    for one in found:
        names = {one.name, one.path} | seen.get(one.moref, set())
        named |= names
        ours |= names if is_ours(image, one) else set()
    return named, ours


def is_ours(image: Resource, template: ImageTemplate) -> bool:
    """Not an imported one, which outlives its image."""
    return f"/{folder_name(image.name, image.id)}/" in template.path


def _sources(session: Session, vcenter: VCenter) -> Iterator[tuple[Resource, str | None, str]]:
    """What is cloned from templates of this vCenter, group by group, whoever registered it."""
    here = session.scalars(select(VCenter).where(vcenters.is_same(vcenter))).all()
    named = {(row.org_id, row.name) for row in here if row.state != vcenters.REMOVED}
    own = {row.id for row in here}
    query = (
        select(Resource, Spec.document, Image.registered_at)
        .join(Spec, (Spec.resource_id == Resource.id) & (Spec.generation == Resource.generation))
        .outerjoin(Image, Image.resource_id == Resource.id)
        .where(
            Resource.org_id.in_({row.org_id for row in here}),
            Resource.deleted_at.is_(None),
            Resource.kind.in_(READERS),
        )
        .order_by(Resource.kind, Resource.name)
    )
    for resource, document, registered_at in session.execute(query):
        for source in _read(resource.kind, document, making=registered_at is None):
            told = (resource.org_id, source.vcenter)
            if told in named or (source.vcenter is None and resource.vcenter_id in own):
                yield resource, source.group, source.template


@dataclass(frozen=True)
class _Source:
    group: str | None
    template: str
    vcenter: str | None = None


def _read(kind: str, document: Mapping[str, Any], *, making: bool) -> Iterator[_Source]:
    """`making`: of an image, that it is not done. An import stands on its template for ever."""
    if kind == KIND:
        spec = ImageSpec.model_validate(document)
        if spec.template and (making or spec.source == "import"):
            yield _Source(None, spec.template)
        return
    wanted = READERS[kind](document, generation=1, epoch=1, deleting=False)
    for shape in wanted.groups.values():
        if shape.machine.template:
            yield _Source(shape.name, shape.machine.template, shape.vcenter)
