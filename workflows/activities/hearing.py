"""What guests tell by themselves, read from their VMs now and then."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from provisioner.domain.errors import ProvisionerError
from provisioner.domain.nodes import Phase
from provisioner.store.database import Database
from provisioner.store.tables import Node, Resource
from workflows.connections import Connections
from workflows.kinds.interface import Listener
from workflows.threads import Threads

# A vCenter that hangs answers later, or not at all: the round goes on without it.
_PATIENCE_SECONDS = 10.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Speaker:
    node: str
    kind: str
    moref: str


class Hearing:
    def __init__(
        self,
        database: Database,
        connections: Connections,
        listeners: Mapping[str, Listener],
        threads: Threads,
    ) -> None:
        self._database, self._connections = database, connections
        self._listeners, self._threads = listeners, threads
        self._asked: dict[str, asyncio.Task[None]] = {}

    async def hear_all(self) -> None:
        """One request for each vCenter that has such guests. One's trouble is not another's.

        None is waited for longer than for a few seconds, nor asked again before it has answered.
        """
        speakers = await self._threads.run(self._speakers)
        free = {one: those for one, those in speakers.items() if one not in self._asked}
        if free:
            asked = [self._ask(*one) for one in free.items()]
            await asyncio.wait(asked, timeout=_PATIENCE_SECONDS)

    def _ask(self, vcenter_id: str, speakers: list[_Speaker]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._hear(vcenter_id, speakers))
        self._asked[vcenter_id] = task
        task.add_done_callback(lambda _: self._asked.pop(vcenter_id))
        return task

    async def _hear(self, vcenter_id: str, speakers: list[_Speaker]) -> None:
        try:
            async with self._connections.guarded(vcenter_id) as connection:
                found = await connection.vcenter.guest_info([one.moref for one in speakers])
            for kind in {one.kind for one in speakers}:
                own = (one for one in speakers if one.kind == kind and one.moref in found)
                told = {one.node: found[one.moref] for one in own}
                await self._threads.run(self._listeners[kind].hear, told)
        except ProvisionerError as err:
            _log.info("guests at vCenter %s can't be heard: %s", vcenter_id, err)
        except Exception:
            _log.exception("what guests at vCenter %s tell is not put on record", vcenter_id)

    def _speakers(self) -> Mapping[str, list[_Speaker]]:
        """By vCenter: members that serve, of kinds that listen."""
        query = (
            select(Node.vcenter_id, Node.id, Resource.kind, Node.moref)
            .join(Resource, Resource.id == Node.resource_id)
            .where(
                Resource.kind.in_(list(self._listeners)),
                Node.phase == Phase.READY,
                Node.lost.is_(None),
                Node.moref.is_not(None),
            )
        )
        found: defaultdict[str, list[_Speaker]] = defaultdict(list)
        with self._database.read() as session:
            for vcenter_id, node, kind, moref in session.execute(query):
                found[vcenter_id].append(_Speaker(node, kind, str(moref)))
        return found
