"""The folder in vCenter that an image is made in, and what of ours is in it."""

from collections.abc import Iterable

from provisioner.domain import marks
from provisioner.domain.image_places import ImagePlace, folder_name
from provisioner.domain.virtual_machines import FolderVM
from workflows.activities.own_machines import StillThere
from workflows.connections import Connection, Connections
from workflows.kinds.image_rows import ImageOrder, ImageRows
from workflows.threads import Threads


class ImageFolders:
    def __init__(self, rows: ImageRows, connections: Connections, threads: Threads) -> None:
        self._rows, self._connections, self._threads = rows, connections, threads

    async def ensure(self, order: ImageOrder, place: ImagePlace) -> str:
        """On record before anything is in it."""
        async with self._connections.guarded(order.vcenter_id) as connection:
            made = await connection.folder(place.parent.moref, place.folder_name)
        if made != order.folder:
            await self._threads.run(self._rows.note_folder, order, made)
        return made

    async def sweep(
        self, order: ImageOrder, folder: str, names: Iterable[str], sources: Iterable[str]
    ) -> None:
        """What is called so in it is proven gone, also what is being cloned from `sources` by now.

        Raises StillThere.
        """
        async with self._connections.guarded(order.vcenter_id) as connection:
            await connection.vcenter.settle(folder, sources)
            for found in await self._named(connection, folder, names):
                await _destroy(connection, found)
            left = await self._named(connection, folder, names)
        if left:
            told = ", ".join(one.name for one in left)
            raise StillThere(f"vCenter destroyed {told} and still has it")

    async def remove(self, order: ImageOrder, sources: Iterable[str]) -> None:
        """With all of ours, wherever they are. Somebody else's VM keeps the folder, and is told."""
        name = folder_name(order.spec.name, order.id)
        folder = order.folder or await self._threads.run(self._rows.folder_seen, order, name)
        if folder is None:
            return
        await self.sweep(order, folder, order.own_names, sources)
        await self._destroy_moved(order)
        async with self._connections.guarded(order.vcenter_id) as connection:
            gone = await connection.vcenter.remove_folder_if_empty(folder)
            connection.forget_folders([folder])
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


async def _destroy(connection: Connection, found: FolderVM) -> None:
    if found.is_template:
        await connection.vcenter.destroy_template(found.moref)
    else:
        await connection.vcenter.destroy(found.moref)
