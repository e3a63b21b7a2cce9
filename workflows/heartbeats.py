"""What keeps a long activity honest: heartbeats, and an end when its worker ends."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

_SECONDS = 2.0


@asynccontextmanager
async def heartbeats() -> AsyncIterator[None]:
    """A dead worker is noticed, and cancellations arrive."""
    beating = asyncio.create_task(_beat())
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating


async def while_worker_lasts(work: Coroutine[Any, Any, None]) -> None:
    """For work whose end is not ours to tell: a worker that stops gives it up at once, for another
    to take.
    """
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(activity.wait_for_worker_shutdown())
    try:
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise worker_stops()
        await working
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)


def worker_stops() -> ApplicationError:
    """Leaves the work to another worker."""
    return ApplicationError(
        "this worker stops", type="WorkerStops", category=ApplicationErrorCategory.BENIGN
    )


async def _beat() -> None:
    while True:
        await asyncio.sleep(_SECONDS)
        activity.heartbeat()
