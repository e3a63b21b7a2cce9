"""The folder in vCenter that an image is made in, and what of ours is in it."""

from collections.abc import Iterable

from provisioner.domain import marks
from provisioner.domain.image_places import ImagePlace, folder_name
from provisioner.domain.virtual_machines import FolderPlace, FolderVM
from workflows.activities.own_machines import StillThere
from workflows.connections import Connection, Connections
from workflows.kinds.image_errors import FolderMoved
from workflows.kinds.image_reach import within
from workflows.kinds.image_rows import ImageOrder, ImageRows
from workflows.threads import Threads


class ImageFolders:
    def __init__(
        self, rows: ImageRows, connections: Connections, threads: Threads, patience: float
    ) -> None:
        """`patience`: seconds that vCenter may take to end what works on VMs of ours."""
        self._rows, self._connections, self._threads = rows, connections, threads
        self._patience = patience

    async def ensure(self, order: ImageOrder, place: ImagePlace) -> str:
        """On record before anything is in it. The one on record, also where somebody moved it; made
        anew, or found by its name, when that is gone.
        """
        known = await self._threads.run(self._rows.folder, order)
        async with self._connections.guarded(order.vcenter_id) as connection:
            if known and await connection.vcenter.folder_place(known):
                return known
            # Whoever deletes a folder does not tell those who remember it.
            made = await connection.vcenter.ensure_folder(place.parent.moref, place.folder_name)
        await self._threads.run(self._rows.note_folder, order, made)
        return made

    async def ensure_in_place(self, order: ImageOrder, place: ImagePlace) -> str:
        """As `ensure`, for Packer, which knows the folder by its path. Raises FolderMoved."""
        folder = await self.ensure(order, place)
        async with self._connections.guarded(order.vcenter_id) as connection:
            found = await connection.vcenter.folder_place(folder)
        if found != FolderPlace(parent=place.parent.moref, name=place.folder_name):
            raise FolderMoved(
                f"the image's folder is not {place.folder_path} any more: move it back and retry, "
                "or delete the image and ask anew"
            )
        return folder

    async def sweep(
        self, order: ImageOrder, folder: str, names: Iterable[str], sources: Iterable[str]
    ) -> None:
        """What is called so in it is proven gone, also what is being cloned from `sources` by now.

        Raises StillThere, StillBusy.
        """
        async with self._connections.guarded(order.vcenter_id) as connection:
            await self.settle(connection, folder, sources)
            for found in await self._named(connection, folder, names):
                await destroy(connection, found)
            left = await self._named(connection, folder, names)
        if left:
            told = ", ".join(one.name for one in left)
            raise StillThere(f"vCenter destroyed {told} and still has it")

    async def settle(self, connection: Connection, folder: str, sources: Iterable[str]) -> None:
        """Raises StillBusy."""
        async with within(self._patience, f"wait for what works on the folder {folder}"):
            await connection.vcenter.settle(folder, sources)

    async def remove(self, order: ImageOrder, sources: Iterable[str]) -> None:
        """With all of ours, wherever they are. Somebody else's VM keeps the folder, and is told."""
        name = folder_name(order.spec.name, order.id)
        # Packer makes one of that name, too, when the one on record is gone.
        seen = await self._threads.run(self._rows.folder_seen, order, name)
        folders = {one for one in (order.folder, seen) if one}
        for folder in folders:
            await self.sweep(order, folder, order.own_names, sources)
        await self._destroy_moved(order)
        for folder in folders:
            await self._remove(order, folder)

    async def remove_iso(self, order: ImageOrder, place: ImagePlace) -> None:
        """What was uploaded for a build, whole or not. Idempotent."""
        if order.spec.source != "iso":
            return
        path = f"[{place.storage.name}] {place.iso_folder}"
        async with self._connections.guarded(order.vcenter_id) as connection:
            await connection.vcenter.remove_files(place.datacenter.moref, path)

    async def _remove(self, order: ImageOrder, folder: str) -> None:
        async with self._connections.guarded(order.vcenter_id) as connection:
            gone = await connection.vcenter.remove_folder_if_empty(folder)
            left = () if gone else await connection.vcenter.contents(folder)
        if not gone:
            told = ", ".join(one.name for one in left) or "something"
            message = f"its folder stays: {told} in it is not of the image's making"
            await self._threads.run(self._rows.record, order, "FolderKept", message, warning=True)

    async def _destroy_moved(self, order: ImageOrder) -> None:
        """Templates of ours that somebody renamed or moved. Those without our mark stay."""
        async with self._connections.guarded(order.vcenter_id) as connection:
            for template in order.own_templates:
                found = await connection.vcenter.inspect(template.moref)
                if found and found.marks.get(marks.IMAGE) == order.id:
                    await connection.vcenter.destroy_template(template.moref)

    async def _named(
        self, connection: Connection, folder: str, names: Iterable[str]
    ) -> list[FolderVM]:
        found = await connection.vcenter.contents(folder)
        return [one for one in found if one.name in names]


async def destroy(connection: Connection, found: FolderVM) -> None:
    if found.is_template:
        await connection.vcenter.destroy_template(found.moref)
    else:
        await connection.vcenter.destroy(found.moref)
