"""Waiting for conditions with deadlines, with or without an event loop."""

import asyncio
from collections.abc import Awaitable, Callable

from lab.waiting import POLL_SECONDS, wait_until


def until(is_so: Callable[[], bool], seconds: float) -> None:
    assert wait_until(is_so, seconds), f"not within {seconds:g} s"


async def until_async(
    is_so: Callable[[], Awaitable[bool]], seconds: float, why: Callable[[], str]
) -> None:
    """`why` tells, in case it never is so, how things stand."""
    try:
        async with asyncio.timeout(seconds):
            while not await is_so():
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise AssertionError(f"not within {seconds:g} s; {why()}") from None
