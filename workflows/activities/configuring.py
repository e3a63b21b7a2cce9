"""Later configuration of nodes: what their VMs carry follows who the members are."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from provisioner.domain.nodes import Phase
from provisioner.domain.planning import answers
from provisioner.store import events, nodes, resources
from provisioner.store.database import Database
from provisioner.store.tables import Node
from provisioner.store.types import utc_now
from provisioner.vsphere.errors import ManagedObjectGone
from workflows.connections import Connection, Connections
from workflows.kinds.interface import Answer, Configuration, Kind
from workflows.threads import Threads

_SILENT = (
    f"it has not taken its latest configuration for {answers.PATIENCE.seconds} s; look at its VM: "
    "pke-node-configuration.timer and VMware's tools have to run"
)


@dataclass(frozen=True)
class _Stale:
    """A node whose VM carries another configuration than it should."""

    node: str
    vcenter: str
    moref: str
    wanted: Configuration


@dataclass(frozen=True)
class _Told:
    """A member whose VM carries something for it."""

    node: str
    vcenter: str
    moref: str


T = TypeVar("T", _Stale, _Told)


class Configuring:
    def __init__(
        self,
        database: Database,
        connections: Connections,
        kinds: Mapping[str, Kind],
        threads: Threads,
    ) -> None:
        self._database, self._connections = database, connections
        self._kinds, self._threads = kinds, threads

    async def spread(self, kind: str, resource_id: str) -> None:
        """All VMs carry what their kind wants; one request for each that does not. Idempotent."""
        wanted = await self._threads.run(self._kinds[kind].configurations, resource_id)
        stale = await self._threads.run(self._stale, resource_id, wanted)
        await _all(self._tell(*one) for one in _by_vcenter(stale).items())

    async def hear(self, kind: str, resource_id: str) -> None:
        """What the nodes made of it is on record. One request for all of a vCenter."""
        told = await self._threads.run(self._told, resource_id)
        kinds = self._kinds[kind]
        await _all(self._ask(kinds, resource_id, *one) for one in _by_vcenter(told).items())

    async def _tell(self, vcenter_id: str, stale: list[_Stale]) -> None:
        async with self._connections.guarded(vcenter_id) as connection:
            await asyncio.gather(*(self._write(connection, one) for one in stale))

    async def _ask(self, kind: Kind, resource_id: str, vcenter_id: str, told: list[_Told]) -> None:
        async with self._connections.guarded(vcenter_id) as connection:
            found = await connection.vcenter.guest_info([node.moref for node in told])
        heard = {node.node: kind.answer(found.get(node.moref, {})) for node in told}
        await self._threads.run(self._note_answers, resource_id, heard)

    async def _write(self, connection: Connection, stale: _Stale) -> None:
        try:
            values = dict(stale.wanted.values)
            await connection.vcenter.set_extra_config(stale.moref, values)
        except ManagedObjectGone:
            return
        await self._threads.run(self._note, stale)

    def _stale(self, resource_id: str, wanted: Mapping[str, Configuration]) -> list[_Stale]:
        with self._database.read() as session:
            return [
                _Stale(node.id, node.vcenter_id, node.moref, wanted[node.id])
                for node in nodes.of_resource(session, resource_id)
                if node.id in wanted
                and node.moref
                and node.phase in (Phase.CREATING, Phase.READY)
                and node.configuration != wanted[node.id].revision
            ]

    def _told(self, resource_id: str) -> list[_Told]:
        with self._database.read() as session:
            return [
                _Told(node.id, node.vcenter_id, node.moref)
                for node in nodes.of_resource(session, resource_id)
                if nodes.facts(node).serves and node.moref and node.configured_at
            ]

    def _note_answers(self, resource_id: str, heard: Mapping[str, Answer | None]) -> None:
        with self._database.write() as session:
            resource = resources.lock(session, resource_id)
            for node_id, answer in heard.items():
                node = nodes.get(session, node_id)
                news = _put(node, answer)
                if news:
                    message = f"{node.name}: {news}"
                    events.record(
                        session, resource, "NodeMisconfigured", message, node=node, warning=True
                    )

    def _note(self, stale: _Stale) -> None:
        with self._database.write() as session:
            _, node = nodes.locked(session, stale.node)
            node.configuration, node.configured_at = stale.wanted.revision, utc_now()
            node.misconfigured = None
            # Told it again after something else, it has to say again that it has it.
            if node.answered == node.configuration:
                node.answered = None


async def _all(of: Iterable[Awaitable[None]]) -> None:
    """What one vCenter does not take, the others' nodes get all the same. Raises the first error
    when all are through.
    """
    for outcome in await asyncio.gather(*of, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


def _by_vcenter(of: Iterable[T]) -> Mapping[str, list[T]]:
    found: defaultdict[str, list[T]] = defaultdict(list)
    for one in of:
        found[one.vcenter].append(one)
    return found


def _put(node: Node, answer: Answer | None) -> str | None:
    """Its trouble, when that is news. Who is late has answered as well: it is not waited for."""
    before = node.misconfigured
    late = answers.is_late(nodes.facts(node), utc_now())
    if answer and answer.revision == node.configuration:
        node.misconfigured = answer.problem
        node.answered = node.configuration if answer.final or late else None
    elif late:
        node.misconfigured = _SILENT
        node.answered = node.configuration
    return node.misconfigured if node.misconfigured != before else None
