"""One clone per node, whatever becomes of calls, workers and connections meanwhile."""

from collections.abc import Mapping

from provisioner.domain.virtual_machines import CloneRequest
from provisioner.vsphere.errors import TaskLost, VCenterError, VMNameTaken
from workflows.activities.clone_call import CloneCall
from workflows.activities.machine_rows import CloneOrder, MachineRows
from workflows.activities.own_machines import ForeignMachine, find_own
from workflows.connections import Connection
from workflows.kinds.interface import Kind
from workflows.threads import Threads


class Cloning:
    def __init__(self, rows: MachineRows, kinds: Mapping[str, Kind], threads: Threads) -> None:
        self._rows, self._kinds, self._threads = rows, kinds, threads

    async def clone(self, connection: Connection, order: CloneOrder) -> str:
        """The VM. Re-attaches to the task of an earlier attempt, or finds what it left."""
        folder = await connection.folder(order.place.folder, order.folder_name)
        if order.clone_task:
            try:
                return await self._submit(connection, order, folder, order.clone_task)
            except TaskLost:
                pass
        if order.seen_before and (found := await find_own(connection, order)):
            return found.moref
        try:
            return await self._submit(connection, order, folder, None)
        except VMNameTaken as err:
            # A clone call whose answer was lost: its VM carries our mark.
            if found := await find_own(connection, order):
                return found.moref
            raise ForeignMachine(
                f"{order.name} exists in the folder {order.folder_name} and is not ours; "
                "rename or move it"
            ) from err

    async def _submit(
        self, connection: Connection, order: CloneOrder, folder: str, task: str | None
    ) -> str:
        request = await self._threads.run(self._request, order, folder)

        async def note(started: str) -> None:
            await self._threads.run(self._rows.note_task, order.node_id, folder, started)

        call = CloneCall(note, accepted=task is not None)
        try:
            return await call.result(connection.vcenter.clone(request, call.started, task))
        except VCenterError as err:
            if err.task_ended:
                await self._threads.run(self._rows.forget_task, order.node_id)
            raise

    def _request(self, order: CloneOrder, folder: str) -> CloneRequest:
        place = order.place
        return CloneRequest(
            name=order.name,
            instance_uuid=order.instance_uuid,
            template=place.template,
            folder=folder,
            pool=place.pool,
            storage=place.storage,
            storage_type=place.storage_type,
            vcpu=place.vcpu,
            memory_mib=place.memory_mib,
            disk_gib=place.disk_gib,
            nics=order.nics,
            extra_config=order.marks | self._kinds[order.kind].extra_config(order.node_id),
        )
