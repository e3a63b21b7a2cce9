"""The tasks that make a built template known as ours, and copy it to other datastores."""

from collections.abc import Coroutine
from functools import partial
from typing import Any

from provisioner.bootstrap.guestinfo import METADATA, USERDATA
from provisioner.domain import marks
from provisioner.domain.image_places import CopyPlace, ImagePlace
from provisioner.domain.virtual_machines import FolderVM, TemplateCopy
from provisioner.store.types import utc_now
from workflows.connections import Connection
from workflows.kinds.image_errors import TemplateLost
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
        """Idempotent: a whole copy that is there already is taken. None is made where the template
        itself is, which of an import is known only now.
        """
        unwanted = order.unwanted_names
        if not order.spec.copies and not unwanted:
            return
        place = await self._reach.threads.run(self._reach.rows.place, order)
        folder, source = await self._folders.ensure(order, place), original(order, place)
        await self._folders.sweep(order, folder, unwanted, [source.moref])
        home = await self._home(order, source)
        for wanted in place.copies:
            if wanted.datastore == home:
                await self._reach.log(order, f"{source.name} is where {wanted.name} would be")
            else:
                await self._copy(order, place, folder, source, wanted)

    async def _copy(
        self,
        order: ImageOrder,
        place: ImagePlace,
        folder: str,
        source: Template,
        wanted: CopyPlace,
    ) -> None:
        known = next((one.moref for one in order.own_templates if one.name == wanted.name), None)
        async with self._reach.connections.guarded(order.vcenter_id) as connection:
            await self._folders.settle(connection, folder, [source.moref])
            async with within(self._clone_seconds, f"copy {source.name} to {wanted.name}"):
                moref = await _there(connection, folder, wanted, known)
                if moref is None:
                    moref = await _made(connection, folder, source, wanted)
        made = Template(moref, wanted.name, f"{place.folder_path}/{wanted.name}")
        rows = self._reach.rows
        await self._reach.threads.run(rows.note_template, order, made, wanted.datastore)

    async def _home(self, order: ImageOrder, template: Template) -> str:
        """The id of its datastore. Raises TemplateLost."""
        async with self._reach.connections.guarded(order.vcenter_id) as connection:
            found = await connection.vcenter.look(template.moref)
        if found is None or not found.datastores:
            raise TemplateLost(f"the template {template.path} is gone; there is nothing to copy")
        return found.datastores[0]


async def _there(
    connection: Connection, folder: str, wanted: CopyPlace, known: str | None
) -> str | None:
    """The one on record, wherever and whatever it is by now: groups may stand on it. Or an earlier
    attempt's; what else is there under its name is half of one.
    """
    vcenter = connection.vcenter
    if known and await vcenter.look(known):
        return known
    for found in await vcenter.contents(folder):
        if found.name == wanted.name and _is_copy(found, wanted):
            return found.moref
        if found.name == wanted.name:
            await destroy(connection, found)
    return None


def _is_copy(found: FolderVM, wanted: CopyPlace) -> bool:
    return found.is_template and wanted.datastore in found.datastores


async def _made(connection: Connection, folder: str, source: Template, wanted: CopyPlace) -> str:
    copy = TemplateCopy(
        source=source.moref,
        name=wanted.name,
        folder=folder,
        pool=wanted.pool,
        datastore=wanted.datastore,
    )
    return await clone_known(partial(connection.vcenter.copy_template, copy))


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
