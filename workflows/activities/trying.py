"""Attempts side by side at something for whoever waits, until nobody does."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, TypeVar

T = TypeVar("T", bound=Hashable)

# Who comes meanwhile is found by then, if no attempt ends before.
_LOOK_SECONDS = 1.0


async def until_nobody_waits(
    waiting: Callable[[], Awaitable[list[T]]],
    attempt: Callable[[T, int], Coroutine[Any, Any, None]],
) -> None:
    """`waiting` tells who does, those whose attempt is under way included. `attempt` is told the
    attempt's number, from 1 on, and ends when the next may begin.

    What either raises ends the others, and comes as an ExceptionGroup.
    """
    running: dict[T, asyncio.Task[None]] = {}
    tries: Counter[T] = Counter()
    async with asyncio.TaskGroup() as group:
        while True:
            for one in await waiting():
                if one not in running:
                    tries[one] += 1
                    running[one] = group.create_task(attempt(one, tries[one]))
            if not running:
                return
            await asyncio.wait(
                running.values(), timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            running = {one: task for one, task in running.items() if not task.done()}
