"""Nodes becoming members and ceasing to be, in the words of their kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity

from provisioner.domain.errors import ProvisionerError
from provisioner.domain.nodes import Loss, Phase
from provisioner.domain.virtual_machines import POWERED_ON
from provisioner.store import care, events, inventory, nodes, resources
from provisioner.store.database import Database
from provisioner.store.types import utc_now
from provisioner.vsphere.errors import ManagedObjectGone
from workflows.activities.machine_rows import MachineRows
from workflows.activities.sightings import note_lost
from workflows.connections import Connections
from workflows.contracts import NodeInput, resource_workflow
from workflows.failures import again
from workflows.heartbeats import heartbeats, worker_stops
from workflows.kinds.interface import Kind, NotYet
from workflows.poking import Poker
from workflows.threads import Threads

# The node's first configuration holds its token: nothing is left of it in vCenter.
CLEARED = {"guestinfo.userdata": "", "guestinfo.userdata.encoding": ""}


@dataclass(frozen=True)
class Retirement:
    """`threads` of its own: a drain sleeps in one. `drain`: how long it may wait for others; for
    as long again it may fail, then the node goes anyway.
    """

    threads: Threads
    drain: timedelta


@dataclass(frozen=True)
class Candidate:
    """A node that reported ready, with a VM."""

    kind: str
    vcenter_id: str
    moref: str
    workflow_id: str


class MembershipActivities:
    def __init__(
        self,
        database: Database,
        connections: Connections,
        kinds: Mapping[str, Kind],
        poker: Poker,
        threads: Threads,
        retirement: Retirement,
    ) -> None:
        self._database, self._rows = database, MachineRows(database)
        self._drains, self._drain = retirement.threads, retirement.drain
        self._connections, self._kinds = connections, kinds
        self._poker, self._threads = poker, threads

    @activity.defn
    async def admit(self, given: NodeInput) -> bool:
        """A node that reported ready is proven to be, and becomes a member.

        False when it did not report yet; a node that is a member, or goes, needs no admission.
        """
        candidate = await self._threads.run(self._candidate, given.node)
        if candidate is None:
            return await self._threads.run(self._is_over, given.node)
        async with heartbeats():
            try:
                await self._threads.run(self._kinds[candidate.kind].admit, given.node)
                await self._clear(candidate)
            except (ProvisionerError, NotYet) as err:
                if isinstance(err, ProvisionerError):
                    await self._threads.run(self._note_problem, given.node, str(err))
                raise again(err) from None
            await self._welcome(given.node, candidate)
        self._poker.poke(candidate.workflow_id)
        return True

    @activity.defn
    async def retire(self, given: NodeInput) -> None:
        """A member is taken out of service before its VM goes. Others are left as they are."""
        kind = await self._threads.run(self._to_retire, given.node)
        if kind is None:
            return
        stops = activity.is_worker_shutdown
        # Of the first attempt: those that follow are not given more time.
        until = activity.info().scheduled_time + self._drain

        def unwanted() -> bool:
            return stops() or self._unwanted(given.node)

        async with heartbeats():
            try:
                retire = self._kinds[kind].retire
                warning = await self._drains.run(retire, given.node, until, unwanted)
            except ProvisionerError as err:
                if utc_now() < until + self._drain:
                    await self._threads.run(self._rows.note_trouble, given.node, err)
                    raise again(err) from None
                warning = f"{err}; it is removed all the same"
        if stops():
            raise worker_stops()
        if not await self._threads.run(self._unwanted, given.node):
            await self._threads.run(self._note_retired, given.node, warning)

    async def _welcome(self, node_id: str, candidate: Candidate) -> None:
        seen_off = await self._threads.run(self._note_ready, node_id)
        if seen_off and await self._is_off(candidate):
            await self._threads.run(self._note_off, node_id)

    async def _is_off(self, candidate: Candidate) -> bool:
        """The watch may be behind, of a worker that has just begun; it is right unless vCenter
        tells better.
        """
        try:
            async with self._connections.guarded(candidate.vcenter_id) as connection:
                found = await connection.vcenter.inspect(candidate.moref)
        except ProvisionerError:
            return True
        return found is not None and found.power_state != POWERED_ON

    async def _clear(self, candidate: Candidate) -> None:
        async with self._connections.guarded(candidate.vcenter_id) as connection:
            try:
                await connection.vcenter.set_extra_config(candidate.moref, CLEARED)
            except ManagedObjectGone:
                return

    def _candidate(self, node_id: str) -> Candidate | None:
        with self._database.read() as session:
            node = nodes.get(session, node_id)
            if node.reported_ready_at is None or node.phase != Phase.CREATING or not node.moref:
                return None
            kind = resources.get(session, node.resource_id).kind
            workflow_id = resource_workflow(kind, node.resource_id)
            return Candidate(kind, node.vcenter_id, node.moref, workflow_id)

    def _is_over(self, node_id: str) -> bool:
        with self._database.read() as session:
            return nodes.get(session, node_id).phase != Phase.CREATING

    def _note_ready(self, node_id: str) -> bool:
        """Whether the watch, for which it was none of its business until now, saw it off last."""
        with self._database.write() as session:
            resource, node = nodes.locked(session, node_id)
            node.problem = node.progress = None
            if node.phase == Phase.CREATING and nodes.stamp(node, "ready_at"):
                node.phase = Phase.READY
                care.soon(resource, utc_now())
                took = node.ready_at - node.created_at if node.ready_at else timedelta()
                message = f"{node.name} is ready after {took.total_seconds():.1f} s"
                events.record(session, resource, "NodeReady", message, node=node)
            seen = inventory.power_states(session, [node.instance_uuid])
            return seen.get(node.instance_uuid, POWERED_ON) != POWERED_ON

    def _note_off(self, node_id: str) -> None:
        with self._database.write() as session:
            note_lost(session, nodes.get(session, node_id), Loss.OFF)

    def _note_problem(self, node_id: str, problem: str) -> None:
        with self._database.write() as session:
            _, node = nodes.locked(session, node_id)
            node.problem = problem

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
            resource, node = nodes.locked(session, node_id)
            node.retire = False
            if warning:
                events.record(session, resource, "RetireWarning", warning, node=node, warning=True)
            else:
                message = f"{node.name} is retired"
                events.record(session, resource, "NodeRetired", message, node=node)
