"""VM folders."""

from pyVmomi import vim

from provisioner.vsphere.errors import FolderNameTaken, ManagedObjectGone, VMNameTaken
from provisioner.vsphere.reading import paths, read
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

    async def remove_if_empty(self, folder: str) -> bool:
        tried = f"remove the folder {folder}"
        target = self._session.reference(vim.Folder, folder)
        wanted = [paths(vim.Folder, "childEntity")]
        found = await self._session.call(
            tried, lambda: read(self._session.content, [target], wanted)
        )
        if folder in found and found[folder].get("childEntity"):
            return False
        try:
            task = await self._session.call(tried, lambda: target.Destroy_Task())
            await self._tasks.outcome(task._moId, tried)
        except ManagedObjectGone:
            pass
        return True
