"""VMs: made, powered on, destroyed. Knows nothing of what they are for."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity

from provisioner.domain.errors import ProvisionerError
from provisioner.domain.virtual_machines import POWERED_ON, FoundVM
from provisioner.store.types import utc_now
from provisioner.vsphere.errors import VCenterError
from workflows.activities.cloning import Cloning
from workflows.activities.farewells import Farewells
from workflows.activities.machine_rows import CloneOrder, MachineRows, RemovalOrder
from workflows.activities.own_machines import destroy_own, find_own
from workflows.connections import Connection, Connections
from workflows.contracts import NodeInput, create_workflow
from workflows.failures import again, passes
from workflows.heartbeats import heartbeats, worker_stops
from workflows.kinds.interface import Kind
from workflows.poking import Poker, end, wake_admission
from workflows.threads import Threads

_BURIAL = timedelta(minutes=2)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Hands:
    """`patient` threads may wait for members that do not answer; nobody else waits for them."""

    threads: Threads
    patient: Threads


class MachineActivities:
    def __init__(
        self,
        rows: MachineRows,
        connections: Connections,
        kinds: Mapping[str, Kind],
        poker: Poker,
        hands: Hands,
        farewells: Farewells,
    ) -> None:
        self._rows, self._connections, self._kinds = rows, connections, kinds
        self._poker, self._threads, self._patient = poker, hands.threads, hands.patient
        self._farewells = farewells
        self._cloning = Cloning(rows, kinds, hands.threads)

    @activity.defn
    async def create_machine(self, given: NodeInput) -> None:
        """The VM exists, carries its configuration and is powered on, if it is still wanted.

        A fault that will not pass is written on the row, and the look decides what follows.
        """
        order = await self._threads.run(self._rows.begin_creation, given.node)
        if order is None or order.made:
            return
        try:
            async with heartbeats(), self._connections.guarded(order.vcenter_id) as connection:
                async with connection.slots:
                    if not await self._threads.run(self._rows.note_cloning, order.node_id):
                        return
                    moref = await self._cloning.clone(connection, order)
                await connection.vcenter.power_on(moref)
                await self._note_powered_on(order, moref)
        except ProvisionerError as err:
            await self._threads.run(self._rows.note_trouble, order.node_id, err)
            if passes(err):
                raise again(err) from None
            self._poker.poke(order.workflow_id)

    async def _note_powered_on(self, order: CloneOrder, moref: str) -> None:
        reported = await self._threads.run(self._rows.note_powered_on, order.node_id, moref)
        self._poker.poke(order.workflow_id)  # a new clock runs
        if reported:
            await wake_admission(order.kind, order.resource_id)

    @activity.defn
    async def destroy_machine(self, given: NodeInput) -> None:
        """The VM is proven gone, its leases are free, its secrets are deleted.

        Before it goes, the others can do without it.

        Its creation is cancelled and over before: nothing brings the VM after we looked.
        """
        async with heartbeats():
            await end(create_workflow(given.node))
        # Not before: what the creation began until then is on its row now.
        order = await self._threads.run(self._rows.removal, given.node)
        try:
            async with heartbeats(), self._connections.guarded(order.vcenter_id) as connection:
                if order.doubtful and await self._is_back(connection, order):
                    return
                kind = self._kinds[order.kind]
                await self._farewells.say(connection, order)
                await self._patient.run(kind.end_membership, order.node_id)
                swept = await _destroy(connection, order)
                await self._threads.run(kind.clean_up, order.node_id)
                await self._bury(kind, order)
        except ProvisionerError as err:
            await self._threads.run(self._rows.note_trouble, order.node_id, err)
            raise again(err) from None
        forget = self._kinds[order.kind].forget
        await self._threads.run(self._rows.note_gone, order.node_id, forget, swept)
        self._poker.poke(order.workflow_id)

    async def _bury(self, kind: Kind, order: RemovalOrder) -> None:
        """For a while only: what it fails to do, regular care will."""
        stops = activity.is_worker_shutdown
        try:
            await self._patient.run(kind.bury, order.node_id, stops)
        except ProvisionerError as err:
            if utc_now() - activity.info().scheduled_time < _BURIAL:
                raise
            _log.warning("%s is gone, and others still know it: %s", order.name, err)
        if stops():
            raise worker_stops()

    async def _is_back(self, connection: Connection, order: RemovalOrder) -> bool:
        """What was decided rested on what the watch had seen: vCenter has the last word."""
        found = await find_own(connection, order)
        if found is None or found.power_state != POWERED_ON:
            await self._threads.run(self._rows.doom, order.node_id)
            return False
        await self._threads.run(self._rows.revive, order.node_id, found.moref)
        self._poker.poke(order.workflow_id)
        return True


async def _destroy(connection: Connection, order: RemovalOrder) -> FoundVM | None:
    """None when there was no VM."""
    if order.clone_task:
        await _end_clone(connection, order.clone_task)
    return await destroy_own(connection, order)


async def _end_clone(connection: Connection, task: str) -> None:
    """Still under way, it would bring the VM after we looked. Most can be cancelled."""
    await connection.vcenter.cancel_task(task)
    try:
        await connection.vcenter.await_task(task)
    except VCenterError as err:
        if not err.task_ended:
            raise
