"""The folders that hold a resource's VMs, removed with it."""

from collections import defaultdict

from provisioner.store import nodes
from provisioner.store.database import Database
from provisioner.vsphere.errors import ManagedObjectGone
from workflows.connections import Connections
from workflows.threads import Threads


class Folders:
    def __init__(self, database: Database, connections: Connections, threads: Threads) -> None:
        self._database, self._connections, self._threads = database, connections, threads

    async def remove(self, resource_id: str) -> None:
        """Those that are empty: a VM of somebody else's in one of them keeps it."""
        known = await self._threads.run(self._known, resource_id)
        for vcenter_id, folders in known.items():
            async with self._connections.guarded(vcenter_id) as connection:
                for folder in sorted(folders):
                    try:
                        await connection.vcenter.remove_folder_if_empty(folder)
                    except ManagedObjectGone:
                        continue
                connection.forget_folders(sorted(folders))

    def _known(self, resource_id: str) -> dict[str, set[str]]:
        """By the vCenter they are in."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        with self._database.read() as session:
            for row in nodes.of_resource(session, resource_id, gone=True):
                if row.folder:
                    found[row.vcenter_id].add(row.folder)
        return found
