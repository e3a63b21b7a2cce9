"""PATCH /images/{id}: further copies, also those that a request for the same image needs."""

from collections.abc import Iterable, Sequence

from pydantic import Field
from sqlalchemy.orm import Session

from api.images.catalogue import datastore_name, missing
from api.patches import fixed_fields, read_patch
from api.resources import document
from provisioner.domain.faults import Fault
from provisioner.domain.image_places import copy_faults
from provisioner.domain.resolving import Resolver, Wish
from provisioner.domain.spec.document import Document
from provisioner.domain.spec.image import MAX_COPIES, Copies, ImageSpec
from provisioner.store import image_uses, images, inventory, resources
from provisioner.store.errors import Conflict
from provisioner.store.tables import Operation, Resource

_FIXED = "can't be changed; build another image"


class ImageChange(Document):
    """`copies`: all datastores that are to have one. A copy that is there stays with its image."""

    copies: Copies = Field(default=(), description="All datastores that are to have a copy.")


def change_copies(session: Session, resource: Resource, body: object, who: str) -> Operation:
    """`resource` must be locked. Raises InvalidRequest with all faults."""
    resources.refuse_when_deleting(resource)
    spec = images.spec_of(session, resource)

    def checks(change: ImageChange) -> list[Fault]:
        return _faults(session, resource, spec, change.copies)

    fixed = fixed_fields(body, ImageSpec, ImageChange, _FIXED)
    change = read_patch(ImageChange, body, fixed, checks)
    return _record(session, resource, spec, change.copies, who)


def add_copies(session: Session, resource: Resource, lacking: Sequence[str], who: str) -> Operation:
    """For a request of exactly this image. `resource` must be locked."""
    spec = images.spec_of(session, resource)
    asked = set(map(datastore_name, missing(session, resource, spec.copies)))
    further = tuple(one for one in lacking if datastore_name(one) not in asked)
    if not further:
        raise Conflict(
            f"image {resource.name} is exactly this, and is being copied to {', '.join(lacking)}, "
            f"or that failed (/images/builds/{resource.name}): wait for it, or retry"
        )
    copies = (*spec.copies, *further)
    if len(copies) > MAX_COPIES:
        raise Conflict(
            f"image {resource.name} is exactly this and can have {MAX_COPIES} copies, too few for "
            f"{', '.join(further)}, too: ask for it with copies: [], or for another one by force"
        )
    return _record(session, resource, spec, copies, who)


def _record(
    session: Session, resource: Resource, spec: ImageSpec, copies: Copies, who: str
) -> Operation:
    after = spec.model_copy(update={"copies": copies})
    told = f"copies on {', '.join(copies)}" if copies else "no copies"
    return resources.change(session, resource, "change", who, document(after), told)


def _faults(
    session: Session, resource: Resource, spec: ImageSpec, copies: Iterable[str]
) -> list[Fault]:
    vcenter = resources.vcenter_of(session, resource)
    resolver = Resolver(inventory.load(session, vcenter.id), vcenter.root_folder)
    wish = Wish("", spec.template, spec.placement)
    stores = [resolver.datastore(wish, name, f"copies.{at}") for at, name in enumerate(copies)]
    built = spec.placement.datastore if spec.source != "import" else None
    own = Resolver(resolver.inventory, "").datastore(wish, built, "") if built else None
    there = {one.name for one in resolver.inventory.objects if one.type == "Datastore"}
    lost = _copied(session, resource, spec) & (there - {one.name for one in stores if one})
    kept = (
        Fault("copies", f"{name} has a copy, which stays as long as its image; name it, too")
        for name in sorted(lost)
    )
    return [*resolver.faults, *copy_faults(stores, own), *kept]


def _copied(session: Session, resource: Resource, spec: ImageSpec) -> set[str]:
    """Names of datastores."""
    found = images.templates(session, resource.id)
    ours = (one for one in found if image_uses.is_ours(resource, one))
    return {one.datastore.rpartition("/")[2] for one in ours if one.name != spec.name}
