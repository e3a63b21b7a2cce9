"""The tasks that make a built template known as ours, and copy it to other datastores."""

from collections.abc import Coroutine
from functools import partial
from typing import Any

from provisioner.bootstrap.guestinfo import METADATA, USERDATA
from provisioner.domain import marks
from provisioner.domain.image_places import CopyPlace, ImagePlace
from provisioner.domain.virtual_machines import TemplateCopy
from provisioner.store.types import utc_now
from workflows.connections import Connection
from workflows.kinds.image_folders import ImageFolders, destroy
from workflows.kinds.image_reach import Reach, clone_known, completely, original, within
from workflows.kinds.image_rows import Found, ImageOrder, Template

# By which a build got in. Its clones would inherit it.
_FIRST_BOOT = {f"{key}{part}": "" for key in (USERDATA, METADATA) for part in ("", ".encoding")}


class ImageTemplates:
    def __init__(self, reach: Reach, folders: ImageFolders, clone_seconds: float) -> None:
        self._reach, self._folders, self._clone_seconds = reach, folders, clone_seconds

    async def mark(self, order: ImageOrder) -> None:
        """Idempotent, and goes on where it was interrupted."""
        threads, rows = self._reach.threads, self._reach.rows
        place = await threads.run(rows.place, order)
        owner, found = await threads.run(rows.owner), await threads.run(rows.found, order)
        values = {**_FIRST_BOOT, **_marks(order, owner, found)}
        template = original(order, place)
        async with self._reach.connections.guarded(order.vcenter_id) as connection:
            marking = connection.vcenter.mark_template(
                template.moref, place.pool.moref, values, _notes(order, found)
            )
            await completely(self._in_time(marking, f"mark {template.name}"))

    async def _in_time(self, marking: Coroutine[Any, Any, None], tried: str) -> None:
        async with within(self._clone_seconds, tried):
            await marking

    async def copy(self, order: ImageOrder) -> None:
        """Idempotent: a whole copy that is there already is taken."""
        if not order.spec.copies:
            return
        threads, rows = self._reach.threads, self._reach.rows
        place = await threads.run(rows.place, order)
        folder, source = await self._folders.ensure(order, place), original(order, place)
        for wanted in place.copies:
            async with self._reach.connections.guarded(order.vcenter_id) as connection:
                await self._folders.settle(connection, folder, [source.moref])
                async with within(self._clone_seconds, f"copy {source.name} to {wanted.name}"):
                    moref = await _copy(connection, place, folder, source, wanted)
            made = Template(moref, wanted.name, f"{place.folder_path}/{wanted.name}")
            await threads.run(rows.note_template, order, made, wanted.datastore)


async def _copy(
    connection: Connection, place: ImagePlace, folder: str, source: Template, wanted: CopyPlace
) -> str:
    """An earlier attempt's, or a new one. What is there and no template is half of one."""
    vcenter = connection.vcenter
    for found in await vcenter.contents(folder):
        if found.name == wanted.name and found.is_template and wanted.datastore in found.datastores:
            return found.moref
        if found.name == wanted.name:
            await destroy(connection, found)
    copy = TemplateCopy(
        source=source.moref,
        name=wanted.name,
        folder=folder,
        pool=place.pool.moref,
        datastore=wanted.datastore,
    )
    return await clone_known(partial(vcenter.copy_template, copy))


def _marks(order: ImageOrder, owner: str, found: Found) -> dict[str, str]:
    return {
        marks.IMAGE_OWNER: owner,
        marks.IMAGE: order.id,
        marks.IMAGE_DEFINITION: order.spec.definition or "",
        marks.IMAGE_DIGEST: order.spec.digest or "",
        marks.IMAGE_OS: found.os or "",
        marks.IMAGE_KUBERNETES: found.kubernetes or "",
    }


def _notes(order: ImageOrder, found: Found) -> str:
    kubernetes = f", Kubernetes {found.kubernetes}" if found.kubernetes else ""
    return (
        f"Node image {order.spec.name}: {found.os or 'unknown'}{kubernetes}.\n"
        f"Built of {order.spec.definition} (digest {order.spec.digest}) "
        f"by pke-provisioner, {utc_now():%Y-%m-%d %H:%M} UTC.\n"
        "pke-provisioner removes it when its image is deleted there. Do not change it."
    )
