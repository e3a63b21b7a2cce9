"""Members being taken out of service, in the words of their kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity

from provisioner.domain.errors import ProvisionerError
from provisioner.store import events, nodes, resources
from provisioner.store.database import Database
from provisioner.store.types import utc_now
from workflows.activities.machine_rows import MachineRows
from workflows.contracts import NodeInput
from workflows.failures import again
from workflows.heartbeats import heartbeats, worker_stops
from workflows.kinds.interface import Kind
from workflows.threads import Threads


@dataclass(frozen=True)
class Drains:
    """`threads` of their own: a drain sleeps in one. `within`: how long it may wait for others;
    for as long again it may fail, then the node goes anyway.
    """

    threads: Threads
    within: timedelta


class RetirementActivities:
    def __init__(
        self, database: Database, kinds: Mapping[str, Kind], threads: Threads, drains: Drains
    ) -> None:
        self._database, self._rows = database, MachineRows(database)
        self._kinds, self._threads, self._drains = kinds, threads, drains

    @activity.defn
    async def retire(self, given: NodeInput) -> None:
        """A member is taken out of service before its VM goes. Others are left as they are."""
        kind = await self._threads.run(self._to_retire, given.node)
        if kind is None:
            return
        stops = activity.is_worker_shutdown
        # Of the first attempt: those that follow are not given more time.
        until = activity.info().scheduled_time + self._drains.within

        def unwanted() -> bool:
            return stops() or self._unwanted(given.node)

        async with heartbeats():
            try:
                retire = self._kinds[kind].retire
                warning = await self._drains.threads.run(retire, given.node, until, unwanted)
            except ProvisionerError as err:
                if utc_now() < until + self._drains.within:
                    await self._threads.run(self._rows.note_trouble, given.node, err)
                    raise again(err) from None
                warning = f"{err}; it is removed all the same"
        if stops():
            raise worker_stops()
        if not await self._threads.run(self._unwanted, given.node):
            await self._threads.run(self._note_retired, given.node, warning)

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
