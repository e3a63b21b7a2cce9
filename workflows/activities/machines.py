"""VMs: made, powered on, destroyed. Knows nothing of what they are for."""

import asyncio
from collections.abc import Mapping

from temporalio import activity

from provisioner.domain import marks
from provisioner.domain.errors import ProvisionerError
from provisioner.domain.virtual_machines import CloneRequest, FoundVM
from provisioner.vsphere.errors import TaskLost, VMNameTaken
from workflows.activities.machine_rows import CloneOrder, MachineRows, RemovalOrder
from workflows.connections import Connection, Connections
from workflows.contracts import NodeInput, create_workflow
from workflows.failures import again, passes
from workflows.heartbeats import heartbeats
from workflows.kinds.interface import Kind
from workflows.poking import Poker, end
from workflows.threads import Threads


class ForeignMachine(ProvisionerError):
    """A VM has our name or UUID and not our mark. It is never touched."""


class MachineActivities:
    def __init__(
        self,
        rows: MachineRows,
        connections: Connections,
        kinds: Mapping[str, Kind],
        poker: Poker,
        threads: Threads,
    ) -> None:
        self._rows, self._connections, self._kinds = rows, connections, kinds
        self._poker, self._threads = poker, threads

    @activity.defn
    async def create_machine(self, given: NodeInput) -> bool:
        """The VM exists, carries its configuration and is powered on. False: no longer wanted.

        A fault that will not pass is written on the row, and the look decides what follows.
        """
        order = await self._threads.run(self._rows.begin_creation, given.node)
        if order is None or order.made:
            return order is not None
        try:
            async with heartbeats(), self._connections.guarded(order.vcenter_id) as connection:
                async with connection.slots:
                    await self._threads.run(self._rows.note_cloning, order.node_id)
                    moref = await self._clone(connection, order)
                await connection.vcenter.power_on(moref)
                await self._threads.run(self._rows.note_powered_on, order.node_id, moref)
        except ProvisionerError as err:
            await self._threads.run(self._rows.note_trouble, order.node_id, err)
            if passes(err):
                raise again(err) from err
            self._poker.poke(order.workflow_id)
            return False
        return True

    @activity.defn
    async def end_creation(self, given: NodeInput) -> None:
        """The node's creation is cancelled and over: from here on nothing makes its VM."""
        async with heartbeats():
            await end(create_workflow(given.node))

    @activity.defn
    async def destroy_machine(self, given: NodeInput) -> None:
        """The VM is proven gone, its leases are free, its secrets are deleted."""
        order = await self._threads.run(self._rows.removal, given.node)
        try:
            async with heartbeats(), self._connections.guarded(order.vcenter_id) as connection:
                await self._destroy(connection, order)
                await self._threads.run(self._kinds[order.kind].clean_up, order.node_id)
        except ProvisionerError as err:
            await self._threads.run(self._rows.note_trouble, order.node_id, err)
            raise again(err) from err
        await self._threads.run(self._rows.note_gone, order.node_id, self._kinds[order.kind].forget)
        self._poker.poke(order.workflow_id)

    async def _clone(self, connection: Connection, order: CloneOrder) -> str:
        """Re-attaches to the task of an earlier attempt, or finds what it left."""
        folder = await connection.folder(order.place.folder, order.folder_name)
        if order.clone_task:
            try:
                return await self._submit(connection, order, folder, order.clone_task)
            except TaskLost:
                pass
        if order.seen_before and (found := await self._own(connection, order)):
            return found.moref
        try:
            return await self._submit(connection, order, folder, None)
        except VMNameTaken as err:
            # A clone call whose answer was lost: its VM carries our mark.
            if found := await self._own(connection, order):
                return found.moref
            raise ForeignMachine(
                f"{order.name} exists in the folder {order.folder_name} and is not ours; "
                "rename or move it"
            ) from err

    async def _submit(
        self, connection: Connection, order: CloneOrder, folder: str, task: str | None
    ) -> str:
        request = await self._threads.run(self._request, order, folder)
        noting: list[asyncio.Task[None]] = []

        def started(reference: str) -> None:
            note = self._threads.run(self._rows.note_task, order.node_id, folder, reference)
            noting.append(asyncio.create_task(note))

        moref = await connection.vcenter.clone(request, started, task)
        await asyncio.gather(*noting)
        return moref

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

    async def _own(
        self, connection: Connection, order: CloneOrder | RemovalOrder
    ) -> FoundVM | None:
        """Our VM by its instance UUID. Raises ForeignMachine when the mark is another's."""
        found = await connection.vcenter.find(order.instance_uuid)
        if found and any(
            found.marks.get(key) != order.marks[key] for key in (marks.OWNER, marks.NODE)
        ):
            raise ForeignMachine(
                f"the VM {found.name} has the instance UUID of our node {order.name} but not its "
                "mark, so it is left alone; remove it by hand if it is a leftover"
            )
        return found

    async def _destroy(self, connection: Connection, order: RemovalOrder) -> None:
        if order.clone_task:
            await self._await_clone(connection, order)
        while found := await self._own(connection, order):
            await connection.vcenter.destroy(found.moref)

    async def _await_clone(self, connection: Connection, order: RemovalOrder) -> None:
        """A clone task under way would bring the VM after we looked."""
        try:
            await connection.vcenter.await_task(order.clone_task or "")
        except ProvisionerError as err:
            if passes(err) and not isinstance(err, TaskLost):
                raise
