"""Waiting for conditions with deadlines, with or without an event loop."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from lab.waiting import pause, wait_until


def until(is_so: Callable[[], bool], seconds: float) -> None:
    assert wait_until(is_so, seconds), f"not within {seconds:g} s"


async def until_async(
    is_so: Callable[[], Awaitable[bool]], seconds: float, why: Callable[[], str]
) -> None:
    """`why` tells, in case it never is so, how things stand."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(seconds):
            while not await is_so():
                await asyncio.sleep(pause(time.monotonic() - began))
    except TimeoutError:
        raise AssertionError(f"not within {seconds:g} s; {why()}") from None
