"""Regular care of resources that serve, in the words of their kind.

It asks nothing of vCenters but what guests there tell of themselves.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from temporalio import activity

from provisioner.domain.conditions import Condition
from provisioner.store import care, resources
from provisioner.store.database import Database
from provisioner.store.types import utc_now
from workflows.activities.hearing import Hearing
from workflows.heartbeats import heartbeats
from workflows.kinds.interface import Carer
from workflows.threads import Threads

# In one round; the others come with the next one, so that after an outage not all come at once.
_AT_MOST = 200
_log = logging.getLogger(__name__)


class CareActivities:
    """`threads` of its own: a cluster that does not answer holds one for seconds."""

    def __init__(
        self,
        database: Database,
        kinds: Mapping[str, Carer],
        hearing: Hearing,
        threads: Threads,
        every: timedelta,
    ) -> None:
        self._database, self._kinds, self._hearing = database, kinds, hearing
        self._threads, self._every = threads, every

    @activity.defn
    async def care(self) -> None:
        """One round: whoever is due. One's trouble is not another's."""
        async with heartbeats():
            await self._hearing.hear_all()
            due = await self._threads.run(self._due)
            seen = await asyncio.gather(
                *(self._threads.run(self._care_for, kind, resource) for kind, resource in due)
            )
            cared = [resource for (_, resource), found in zip(due, seen, strict=True) if found]
            if cared:
                await self._threads.run(self._note_seen, cared)

    def _due(self) -> list[tuple[str, str]]:
        """Noted as cared for before they are: what crashes a worker must not come first again."""
        with self._database.write() as session:
            now = utc_now()
            found = care.due(session, now, _AT_MOST)
            care.note_round(session, [resource_id for _, resource_id in found], now + self._every)
        return found

    def _care_for(self, kind: str, resource_id: str) -> bool:
        try:
            found = self._kinds[kind].care(resource_id)
        except Exception:
            _log.exception("the care for %s %s failed", kind, resource_id)
            return False
        if self._is_news(resource_id, found):
            with self._database.write() as session:
                resource = resources.lock(session, resource_id)
                if resource.deletion_requested_at is None:
                    care.note(session, resource, found, utc_now())
        return True

    def _is_news(self, resource_id: str, found: Sequence[Condition]) -> bool:
        with self._database.read() as session:
            watched = care.is_watched(session, resource_id)
            return watched or care.known(session, resource_id) != list(found)

    def _note_seen(self, resource_ids: Sequence[str]) -> None:
        with self._database.write() as session:
            care.note_seen(session, resource_ids, utc_now())
