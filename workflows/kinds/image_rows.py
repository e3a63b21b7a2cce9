"""What making an image reads from and writes to the database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from provisioner.domain.image_places import (
    ImagePlace,
    boot_test_name,
    copy_name,
    folder_name,
    image_place,
)
from provisioner.domain.images import BUILD
from provisioner.domain.spec.image import ImageSpec
from provisioner.store import (
    events,
    image_needs,
    image_registry,
    image_retention,
    images,
    inventory,
    resources,
    tasks,
    vcenters,
)
from provisioner.store.database import Database
from provisioner.store.tables import ImageTemplate, VCenter
from workflows.contracts import resource_workflow
from workflows.kinds.image_errors import ImageLeaves, NotSeenYet


@dataclass(frozen=True)
class Template:
    moref: str
    name: str
    path: str


@dataclass(frozen=True)
class Found:
    """What a template turned out to be."""

    os: str | None
    kubernetes: str | None


@dataclass(frozen=True)
class ImageOrder:
    """An image as the rows have it. `folder`: its own, once it is on record. `begun`: when the
    latest attempt at each task was. `copied_to`: datastores that it has ever been asked for.
    """

    id: str
    kind: str
    spec: ImageSpec
    vcenter_id: str
    folder: str | None
    templates: tuple[Template, ...]
    begun: Mapping[str, datetime]
    copied_to: frozenset[str]

    @property
    def workflow_id(self) -> str:
        return resource_workflow(self.kind, self.id)

    @property
    def own_names(self) -> frozenset[str]:
        """Of everything that its making puts into its folder. What else is there is not ours."""
        made = (one.name for one in self.own_templates)
        names = self._names_of_copies(self.copied_to)
        return frozenset({self.spec.name, boot_test_name(self.spec.name), *names, *made})

    @property
    def unwanted_names(self) -> frozenset[str]:
        """Of copies that are not asked for any more and never came to be on record."""
        made = {one.name for one in self.own_templates}
        wanted = self._names_of_copies(self.spec.copies)
        return self._names_of_copies(self.copied_to) - wanted - made

    def _names_of_copies(self, datastores: Iterable[str]) -> frozenset[str]:
        return frozenset(copy_name(self.spec.name, one.split("/")[-1]) for one in datastores)

    @property
    def own_templates(self) -> tuple[Template, ...]:
        """Those we made: they were put into its folder, wherever they are now."""
        folder = folder_name(self.spec.name, self.id)
        return tuple(one for one in self.templates if one.path.split("/")[-2] == folder)


class ImageRows:
    def __init__(self, database: Database) -> None:
        self._database = database

    def order(self, resource_id: str) -> ImageOrder:
        with self._database.read() as session:
            resource = resources.get(session, resource_id)
            found = images.templates(session, resource_id)
            return ImageOrder(
                id=resource.id,
                kind=resource.kind,
                spec=images.spec_of(session, resource),
                vcenter_id=resource.vcenter_id,
                folder=images.get(session, resource_id).folder,
                templates=tuple(Template(one.moref, one.name, one.path) for one in found),
                begun=_begun(session, resource_id),
                copied_to=images.copied_to(session, resource_id),
            )

    def is_latest(self, order: ImageOrder, task: str) -> bool:
        """Whether nobody has begun the task anew since; else what is in the folder is theirs."""
        with self._database.read() as session:
            return _begun(session, order.id).get(task) == order.begun.get(task)

    def place(self, order: ImageOrder) -> ImagePlace:
        """In the inventory as it is now. Raises PlaceMissing."""
        with self._database.read() as session:
            vcenter = vcenters.get(session, order.vcenter_id)
            known = inventory.load(session, vcenter.id)
            pools = image_needs.pools_there(session, vcenter, known) if order.spec.copies else {}
            return image_place(order.spec, order.id, known, vcenter.root_folder, pools)

    def source(self, order: ImageOrder) -> str | None:
        """What is cloned to make or test it, if it is still there."""
        with self._database.read() as session:
            known = inventory.load(session, order.vcenter_id)
            found = known.find(("VirtualMachine",), order.spec.template or "", "/")
            return found[0].moref if found else None

    def vcenter(self, vcenter_id: str) -> VCenter:
        with self._database.read() as session:
            return vcenters.get(session, vcenter_id)

    def owner(self) -> str:
        with self._database.read() as session:
            return vcenters.owner_mark(session)

    def folder_seen(self, order: ImageOrder, name: str) -> str | None:
        """By the watch, one called so: when making it was not lived to be put on record."""
        with self._database.read() as session:
            root = vcenters.get(session, order.vcenter_id).root_folder
            found = inventory.load(session, order.vcenter_id).find(("Folder",), name, root)
            return found[0].moref if len(found) == 1 else None

    def folder(self, order: ImageOrder) -> str | None:
        """Its own, as it is on record by now."""
        with self._database.read() as session:
            return images.get(session, order.id).folder

    def note_folder(self, order: ImageOrder, folder: str) -> None:
        with self._database.write() as session:
            resources.lock(session, order.id)
            images.get(session, order.id).folder = folder

    def note_detail(self, order: ImageOrder, task: str, detail: str) -> None:
        """What the task is at, shown with its operation's step."""
        with self._database.write() as session:
            tasks.note(session, resources.lock(session, order.id), task, detail)

    def append_log(self, order: ImageOrder, lines: Sequence[str]) -> None:
        with self._database.write() as session:
            resources.lock(session, order.id)
            images.append_log(session, order.id, lines)

    def note_template(self, order: ImageOrder, template: Template, datastore: str) -> None:
        """`datastore`: its id. Idempotent."""
        with self._database.write() as session:
            resources.lock(session, order.id)
            _put_template(session, order, template, datastore)

    def note_built(
        self, order: ImageOrder, template: Template, datastore: str, found: dict[str, Any]
    ) -> None:
        """Template and report at once, unless another attempt has begun since: it builds its own.

        `datastore`: its id.
        """
        with self._database.write() as session:
            resources.lock(session, order.id)
            if _begun(session, order.id).get(BUILD) == order.begun.get(BUILD):
                _put_template(session, order, template, datastore)
                _put_report(session, order, found)

    def forget_templates(self, order: ImageOrder) -> None:
        """Those that are gone from vCenter, or not ours. Idempotent."""
        with self._database.write() as session:
            resources.lock(session, order.id)
            session.execute(delete(ImageTemplate).where(ImageTemplate.resource_id == order.id))

    def note_report(self, order: ImageOrder, found: dict[str, Any]) -> None:
        """Beside what is there. What image queries look for is taken from it."""
        with self._database.write() as session:
            resources.lock(session, order.id)
            _put_report(session, order, found)

    def found(self, order: ImageOrder) -> Found:
        with self._database.read() as session:
            image = images.get(session, order.id)
            return Found(image.os, image.kubernetes_version)

    def record(self, order: ImageOrder, reason: str, message: str, *, warning: bool) -> None:
        with self._database.write() as session:
            resource = resources.lock(session, order.id)
            events.record(session, resource, reason, message, warning=warning)

    def addresses(self, instance_uuid: str) -> set[str]:
        with self._database.read() as session:
            return inventory.addresses(session, [instance_uuid]).get(instance_uuid, set())

    def register(self, order: ImageOrder) -> list[str]:
        """From now on it is found by queries. Answers the workflows of images that have to go.

        Idempotent: of one that had copies added none has to go. Raises NotSeenYet, and ImageLeaves
        when its deletion was asked for meanwhile.
        """
        with self._database.write() as session:
            resource = resources.lock(session, order.id)
            if resource.deletion_requested_at:
                raise ImageLeaves(f"image {resource.name} is being deleted; it is not registered")
            _require_seen(session, order)
            if not image_registry.register(session, resource):
                return []
            going = image_retention.retire_older(session, resource)
            return [resource_workflow(one.kind, one.id) for one in going]


def _begun(session: Session, resource_id: str) -> dict[str, datetime]:
    return {one.name: one.started_at for one in tasks.of_resource(session, resource_id)}


def _put_template(session: Session, order: ImageOrder, template: Template, datastore: str) -> None:
    """What was there before under its path is gone."""
    here = (ImageTemplate.resource_id == order.id, ImageTemplate.path == template.path)
    session.execute(delete(ImageTemplate).where(*here, ImageTemplate.moref != template.moref))
    known = {one.moref: one for one in inventory.load(session, order.vcenter_id).objects}
    name = known[datastore].name if datastore in known else datastore
    row = session.get(ImageTemplate, (order.id, template.moref))
    if row is None:
        row = ImageTemplate(resource_id=order.id, moref=template.moref)
        session.add(row)
    row.name, row.path, row.datastore = template.name, template.path, name


def _put_report(session: Session, order: ImageOrder, found: dict[str, Any]) -> None:
    image = images.get(session, order.id)
    image.report = {**image.report, **found}
    image.os = order.spec.os or found.get("os") or image.os
    image.kubernetes_version = found.get("kubernetes") or image.kubernetes_version


def _require_seen(session: Session, order: ImageOrder) -> None:
    """By the watch: before, a document that names it would be refused."""
    known = inventory.load(session, order.vcenter_id).objects
    seen = {one.moref for one in known if one.is_template}
    unseen = [one.name for one in order.templates if one.moref not in seen]
    if unseen:
        raise NotSeenYet(f"the vCenter's watch has not told of {', '.join(unseen)} yet")
