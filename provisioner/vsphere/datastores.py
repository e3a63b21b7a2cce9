"""Files on datastores."""

from contextlib import suppress

from pyVmomi import vim

from provisioner.vsphere.errors import FileGone
from provisioner.vsphere.session import Session
from provisioner.vsphere.tasks import Tasks


class Datastores:
    def __init__(self, session: Session, tasks: Tasks) -> None:
        self._session, self._tasks = session, tasks

    async def remove(self, datacenter: str, path: str) -> None:
        tried = f"delete {path}"
        within = self._session.reference(vim.Datacenter, datacenter)
        with suppress(FileGone):
            task = await self._session.call(
                tried,
                lambda: self._session.content.fileManager.DeleteDatastoreFile_Task(path, within),
            )
            await self._tasks.outcome(task._moId, tried)
