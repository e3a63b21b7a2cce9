"""The folders that hold a resource's VMs, removed with it."""

from provisioner.store import nodes, resources
from provisioner.store.database import Database
from provisioner.vsphere.errors import ManagedObjectGone
from workflows.connections import Connections
from workflows.threads import Threads


class Folders:
    def __init__(self, database: Database, connections: Connections, threads: Threads) -> None:
        self._database, self._connections, self._threads = database, connections, threads

    async def remove(self, resource_id: str) -> None:
        """Those that are empty: a VM of somebody else's in one of them keeps it."""
        vcenter_id, folders = await self._threads.run(self._known, resource_id)
        if not folders:
            return
        async with self._connections.guarded(vcenter_id) as connection:
            for folder in folders:
                try:
                    await connection.vcenter.remove_folder_if_empty(folder)
                except ManagedObjectGone:
                    continue
            connection.forget_folders(folders)

    def _known(self, resource_id: str) -> tuple[str, list[str]]:
        with self._database.read() as session:
            resource = resources.get(session, resource_id)
            rows = nodes.of_resource(session, resource_id, gone=True)
            return resource.vcenter_id, sorted({row.folder for row in rows if row.folder})
