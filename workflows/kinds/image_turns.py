"""Turns: of the attempts at an image's tasks, on whatever workers, one works at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from provisioner.domain.ids import new_uuid
from provisioner.domain.images import BUILD, RELEASE
from provisioner.store import image_turns, resources, tasks
from provisioner.store.database import Database
from workflows.kinds.image_errors import NotItsTurn, Overtaken
from workflows.kinds.image_rows import ImageOrder
from workflows.threads import Threads

_KEEP_SECONDS = 2.0
# Without having kept it. Packer needs the rest of the lapse to end.
_GIVE_UP_SECONDS = 6.0
# Who waits asks again: often, but many together do so seldom enough for the database.
_SOONEST, _LATEST = 2.0, 20.0
_ASKING_PER_SECOND = 5

_FULL = "waiting for other builds to end: PKE_CONCURRENT_IMAGE_BUILDS at a time"

_log = logging.getLogger(__name__)


class ImageTurns:
    def __init__(self, database: Database, threads: Threads, most_builds: int) -> None:
        """`most_builds`: at a time and vCenter."""
        self._database, self._threads, self._most = database, threads, most_builds
        self._waiting: dict[tuple[str, str], float] = {}
        self._waited: dict[tuple[str, str], float] = {}

    async def run(self, order: ImageOrder, task: str, work: Callable[[], Awaitable[None]]) -> None:
        """Raises NotItsTurn before the work begins, and Overtaken when it was not done in time:
        then it was cancelled.
        """
        holder = new_uuid()
        try:
            await self._take(order, task, holder)
            await self._while_kept(order, task, holder, work)
        finally:
            await self._end(order, holder)

    def waited(self, resource_id: str, task: str) -> float:
        """Seconds, for others; before a restart of this worker, only those of the present wait."""
        key = resource_id, task
        return self._waited.get(key, 0.0) + self._waiting.get(key, 0.0)

    async def _take(self, order: ImageOrder, task: str, holder: str) -> None:
        key = order.id, task
        seconds, refusal = await self._threads.run(self._tried, order, task, holder)
        if refusal:
            is_news = key not in self._waiting
            self._waiting[key] = seconds
            pause = min(max(_SOONEST, len(self._waiting) / _ASKING_PER_SECOND), _LATEST)
            raise NotItsTurn(refusal, timedelta(seconds=pause), is_news=is_news)
        self._waiting.pop(key, None)
        self._waited[key] = self._waited.get(key, 0.0) + seconds

    def _tried(self, order: ImageOrder, task: str, holder: str) -> tuple[float, str | None]:
        """For how many seconds it waits, and for what; None when it waits no more."""
        with self._database.write() as session:
            resource = resources.lock(session, order.id)
            if other := image_turns.held(session, order.id):
                return 0.0, f"waiting for an earlier attempt to end, which is at {other}"
            vcenter = resources.vcenter_of(session, resource)
            if task == BUILD and image_turns.ahead(session, order.id, vcenter) >= self._most:
                seconds = image_turns.wait(session, order.id, task)
                return seconds, _FULL
            return image_turns.take(session, order.id, task, holder), None

    async def _while_kept(
        self, order: ImageOrder, task: str, holder: str, work: Callable[[], Awaitable[None]]
    ) -> None:
        working = asyncio.ensure_future(work())
        keeping = asyncio.create_task(self._keep(order, task, holder))
        try:
            await asyncio.wait((working, keeping), return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                raise Overtaken(
                    f"{task} is another attempt's to do, or the database did not answer"
                )
            await working
        finally:
            for one in (working, keeping):
                one.cancel()
            await asyncio.gather(working, keeping, return_exceptions=True)

    async def _keep(self, order: ImageOrder, task: str, holder: str) -> None:
        """Returns when it is lost."""
        kept = monotonic()
        while monotonic() - kept < _GIVE_UP_SECONDS:
            await asyncio.sleep(_KEEP_SECONDS)
            try:
                if not await self._threads.run(self._kept, order, task, holder):
                    return
                kept = monotonic()
            except SQLAlchemyError as err:
                _log.warning("the turn of %s could not be kept: %s", order.id, type(err).__name__)

    def _kept(self, order: ImageOrder, task: str, holder: str) -> bool:
        """Also who still has the turn works in vain once another attempt has begun: what it
        makes would not count."""
        with self._database.write() as session:
            resource = resources.lock(session, order.id)
            if resource.deletion_requested_at and task != RELEASE:
                return False
            begun = order.begun.get(task)
            if begun and not tasks.is_latest(session, resource, task, begun):
                return False
            return image_turns.keep(session, order.id, holder)

    async def _end(self, order: ImageOrder, holder: str) -> None:
        """If it can't be told, it lapses."""
        try:
            await self._threads.run(self._ended, order, holder)
        except SQLAlchemyError as err:
            _log.warning("the turn of %s could not be ended: %s", order.id, type(err).__name__)

    def _ended(self, order: ImageOrder, holder: str) -> None:
        with self._database.write() as session:
            image_turns.end(session, order.id, holder)
