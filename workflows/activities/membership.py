"""Nodes becoming members and ceasing to be, in the words of their kind."""

from collections.abc import Mapping
from datetime import timedelta

from temporalio import activity

from provisioner.domain.errors import ProvisionerError
from provisioner.domain.nodes import Phase
from provisioner.store import events, nodes, resources
from provisioner.store.database import Database
from provisioner.store.types import utc_now
from provisioner.vsphere.errors import ManagedObjectGone
from workflows.activities.machine_rows import MachineRows
from workflows.connections import Connections
from workflows.contracts import NodeInput, resource_workflow
from workflows.failures import again
from workflows.heartbeats import heartbeats
from workflows.kinds.interface import Kind, NotYet, Tick
from workflows.poking import Poker
from workflows.threads import Threads

# The node's first configuration holds its token: nothing is left of it in vCenter.
CLEARED = {"guestinfo.userdata": "", "guestinfo.userdata.encoding": ""}


class MembershipActivities:
    def __init__(
        self,
        database: Database,
        connections: Connections,
        kinds: Mapping[str, Kind],
        poker: Poker,
        threads: Threads,
        patience: timedelta,
    ) -> None:
        """`patience`: how long taking a node out of service may fail before it goes anyway."""
        self._database, self._rows = database, MachineRows(database)
        self._patience = patience
        self._connections, self._kinds = connections, kinds
        self._poker, self._threads = poker, threads

    @activity.defn
    async def admit(self, given: NodeInput) -> bool:
        """A node that reported ready is proven to be, and becomes a member. False: not reported."""
        order = await self._threads.run(self._reported, given.node)
        if order is None:
            return False
        kind, vcenter_id, moref, workflow_id = order
        async with heartbeats():
            try:
                await self._threads.run(self._kinds[kind].admit, given.node)
                await self._clear(vcenter_id, moref)
            except (ProvisionerError, NotYet) as err:
                if isinstance(err, ProvisionerError):
                    await self._threads.run(self._note_problem, given.node, str(err))
                raise again(err) from err
        await self._threads.run(self._note_ready, given.node)
        self._poker.poke(workflow_id)
        return True

    @activity.defn
    async def retire(self, given: NodeInput) -> None:
        """A member is taken out of service before its VM goes. Others are left as they are."""
        kind = await self._threads.run(self._to_retire, given.node)
        if kind is None:
            return
        tick = Tick(activity.heartbeat, lambda: self._unwanted(given.node))
        async with heartbeats():
            try:
                warning = await self._threads.run(self._kinds[kind].retire, given.node, tick)
            except ProvisionerError as err:
                if utc_now() - activity.info().scheduled_time < self._patience:
                    await self._threads.run(self._rows.note_trouble, given.node, err)
                    raise again(err) from err
                warning = f"{err}; it is removed all the same"
        await self._threads.run(self._note_retired, given.node, warning)

    async def _clear(self, vcenter_id: str, moref: str) -> None:
        async with self._connections.guarded(vcenter_id) as connection:
            try:
                await connection.vcenter.set_extra_config(moref, CLEARED)
            except ManagedObjectGone:
                return

    def _reported(self, node_id: str) -> tuple[str, str, str, str] | None:
        with self._database.read() as session:
            node = nodes.get(session, node_id)
            if node.reported_ready_at is None or node.phase != Phase.CREATING or not node.moref:
                return None
            kind = resources.get(session, node.resource_id).kind
            workflow_id = resource_workflow(kind, node.resource_id)
            return kind, node.vcenter_id, node.moref, workflow_id

    def _note_ready(self, node_id: str) -> None:
        with self._database.write() as session:
            node = nodes.get(session, node_id)
            resource = resources.lock(session, node.resource_id)
            node.problem = None
            if node.phase == Phase.CREATING and nodes.stamp(node, "ready_at"):
                node.phase = Phase.READY
                took = node.ready_at - node.created_at if node.ready_at else timedelta()
                message = f"{node.name} is ready after {took.total_seconds():.1f} s"
                events.record(session, resource, "NodeReady", message, node=node)

    def _note_problem(self, node_id: str, problem: str) -> None:
        with self._database.write() as session:
            nodes.get(session, node_id).problem = problem

    def _to_retire(self, node_id: str) -> str | None:
        with self._database.read() as session:
            node = nodes.get(session, node_id)
            resource = resources.get(session, node.resource_id)
            going = resource.deletion_requested_at is not None
            return resource.kind if node.retire and not going else None

    def _unwanted(self, node_id: str) -> bool:
        """The whole resource goes: nobody needs to be drained any more."""
        return self._to_retire(node_id) is None

    def _note_retired(self, node_id: str, warning: str | None) -> None:
        with self._database.write() as session:
            node = nodes.get(session, node_id)
            resource = resources.lock(session, node.resource_id)
            node.retire = False
            if warning:
                events.record(session, resource, "RetireWarning", warning, node=node, warning=True)
            else:
                message = f"{node.name} is drained and its Node object removed"
                events.record(session, resource, "NodeRetired", message, node=node)
