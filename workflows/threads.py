"""Blocking work from async activities: short database transactions and calls that take a thread."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    def __init__(self, size: int, name: str) -> None:
        self.executor = ThreadPoolExecutor(size, thread_name_prefix=name)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """In a thread, with the activity's context, so that logging and heartbeats know it.

        Cancelled, it waits: a thread can't be stopped, and what it does must not come after what
        follows upon the cancellation.
        """
        context = copy_context()
        begun = self.executor.submit(lambda: context.run(work, *args, **kwargs))
        result = asyncio.wrap_future(begun)
        try:
            return await asyncio.shield(result)
        except asyncio.CancelledError:
            if not begun.cancel():
                await asyncio.gather(result, return_exceptions=True)
            raise

    def close(self) -> None:
        """Ends idle threads; work under way goes on to its end."""
        self.executor.shutdown(wait=False)
