"""Members that leave are told first, while they still serve: others take over what they carry."""

import asyncio
import time
from collections.abc import Mapping

from provisioner.store import events, nodes
from provisioner.store.database import Database
from provisioner.store.types import utc_now
from provisioner.vsphere.errors import ManagedObjectGone
from workflows.activities.machine_rows import MachineOrder
from workflows.connections import Connection
from workflows.kinds.interface import Configuration, Farewell, Kind
from workflows.threads import Threads

# A node reads what it is told every ten seconds.
_ANSWER_SECONDS = 30.0
_POLL_SECONDS = 2.0


class Farewells:
    def __init__(self, database: Database, kinds: Mapping[str, Kind], threads: Threads) -> None:
        self._database, self._kinds, self._threads = database, kinds, threads

    async def say(self, connection: Connection, order: MachineOrder) -> None:
        """Once per node: one that does not answer in time goes all the same, with a warning."""
        kind = self._kinds[order.kind]
        farewell = await self._threads.run(kind.farewell, order.node_id)
        if farewell is None or order.moref is None:
            return
        if not await self._threads.run(self._is_news, order.node_id, farewell.configuration):
            return
        try:
            values = dict(farewell.configuration.values)
            await connection.vcenter.set_extra_config(order.moref, values)
            problem = await self._problem(connection, order.moref, kind, farewell)
        except ManagedObjectGone:
            return
        if problem is None:
            await asyncio.sleep(farewell.seconds)
        await self._threads.run(self._note, order.node_id, farewell.configuration, problem)

    async def _problem(
        self, connection: Connection, moref: str, kind: Kind, farewell: Farewell
    ) -> str | None:
        deadline = time.monotonic() + _ANSWER_SECONDS
        while time.monotonic() < deadline:
            found = await connection.vcenter.guest_info([moref])
            answer = kind.answer(found.get(moref, {}))
            if answer and answer.revision == farewell.configuration.revision and answer.final:
                return answer.problem
            await asyncio.sleep(_POLL_SECONDS)
        return f"no answer within {_ANSWER_SECONDS:g} s"

    def _is_news(self, node_id: str, configuration: Configuration) -> bool:
        with self._database.read() as session:
            return nodes.get(session, node_id).configuration != configuration.revision

    def _note(self, node_id: str, configuration: Configuration, problem: str | None) -> None:
        with self._database.write() as session:
            resource, node = nodes.locked(session, node_id)
            node.configuration, node.configured_at = configuration.revision, utc_now()
            if problem:
                message = f"{node.name} was to hand over what it carries: {problem}; it goes anyway"
                events.record(session, resource, "NotHandedOver", message, node=node, warning=True)
