"""What all tasks of images use."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from provisioner.domain.image_places import ImagePlace
from workflows.activities.clone_call import CloneCall
from workflows.connections import Connections
from workflows.kinds.image_errors import StillBusy, TemplateLost
from workflows.kinds.image_rows import ImageOrder, ImageRows, Template
from workflows.poking import Poker
from workflows.threads import Threads


@dataclass(frozen=True)
class Reach:
    """`poker` has progress shown."""

    rows: ImageRows
    connections: Connections
    threads: Threads
    poker: Poker

    async def tell(self, order: ImageOrder, task: str, detail: str) -> None:
        await self.threads.run(self.rows.note_detail, order, task, detail)
        self.poker.poke(order.workflow_id)

    async def log(self, order: ImageOrder, *lines: str) -> None:
        """For people; no line may hold a secret."""
        await self.threads.run(self.rows.append_log, order, lines)


async def clone_known(start: Callable[[Callable[[str], None]], Coroutine[Any, Any, str]]) -> str:
    """What a clone call makes. Cancelled, it returns when vCenter has the task: from then on
    whoever waits for what works on the source will see it through.
    """
    call = CloneCall(_nothing_to_note, accepted=False)
    return await call.result(start(call.started))


async def _nothing_to_note(_: str) -> None: ...


@asynccontextmanager
async def within(seconds: float, tried: str) -> AsyncIterator[None]:
    """Raises StillBusy when it takes longer; what was begun is seen through by whoever is next."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise StillBusy(
            f"Tried to {tried}, but vCenter did not end it within {seconds:g} s "
            "(PKE_DEADLINES__CLONE); see its recent tasks"
        ) from None


async def completely(work: Coroutine[Any, Any, None]) -> None:
    """For what is short: cancelled, it ends what it began."""
    running = asyncio.create_task(work)
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.gather(running, return_exceptions=True)
        raise


def original(order: ImageOrder, place: ImagePlace) -> Template:
    """What was built, or what is imported. Raises TemplateLost."""
    if order.spec.source != "import":
        own = (one for one in order.templates if one.name == order.spec.name)
        if found := next(own, None):
            return found
    elif place.template:
        return Template(place.template.moref, place.template.name, place.template.path)
    raise TemplateLost(f"the image {order.spec.name} has no template (any more)")
