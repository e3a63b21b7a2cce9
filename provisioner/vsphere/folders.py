"""VM folders."""

from contextlib import suppress

from pyVmomi import vim

from provisioner.domain.virtual_machines import FolderPlace
from provisioner.vsphere.errors import FolderNameTaken, ManagedObjectGone, VMNameTaken
from provisioner.vsphere.reading import Properties, paths, read_all
from provisioner.vsphere.session import Session
from provisioner.vsphere.tasks import Tasks


class Folders:
    def __init__(self, session: Session, tasks: Tasks) -> None:
        self._session = session
        self._tasks = tasks

    async def ensure(self, parent: str, name: str) -> str:
        tried = f"make the folder {name} in {parent}"
        target = self._session.reference(vim.Folder, parent)
        try:
            made = await self._session.call(tried, lambda: target.CreateFolder(name))
        except VMNameTaken as error:
            made = getattr(error.__cause__, "object", None)
            if not isinstance(made, vim.Folder):
                raise FolderNameTaken(
                    f"Tried to {tried}, but something else has that name"
                ) from error
        return str(made._moId)

    async def place(self, folder: str) -> FolderPlace | None:
        found = await self._read(folder, f"look at the folder {folder}", "parent", "name")
        if "name" not in found or "parent" not in found:
            return None
        return FolderPlace(parent=found["parent"]._moId, name=found["name"])

    async def remove_if_empty(self, folder: str) -> bool:
        tried = f"remove the folder {folder}"
        found = await self._read(folder, tried, "childEntity")
        if found.get("childEntity"):
            return False
        target = self._session.reference(vim.Folder, folder)
        with suppress(ManagedObjectGone):
            # The disks of a VM that came after the look must outlive it.
            task = await self._session.call(tried, lambda: target.UnregisterAndDestroy_Task())
            await self._tasks.outcome(task._moId, tried)
        return True

    async def _read(self, folder: str, tried: str, *names: str) -> Properties:
        """Empty when it is gone."""
        target, wanted = self._session.reference(vim.Folder, folder), [paths(vim.Folder, *names)]
        try:
            found = await self._session.call(
                tried, lambda: read_all(self._session.content, [target], wanted)
            )
        except ManagedObjectGone:
            return {}
        return found.get(folder, {})
