"""Waiting for what must come, and for what must stay as it is."""

import asyncio
from collections.abc import Callable

from lab.vcenter.control import Control

POLL_SECONDS = 0.02


async def eventually(is_so: Callable[[], object], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not is_so():
            await asyncio.sleep(POLL_SECONDS)


async def quiet(control: Control, seconds: float) -> None:
    """Until no request has arrived for so long."""
    async with asyncio.timeout(10 + seconds):
        while True:
            before = control.requests()
            await asyncio.sleep(seconds)
            if control.requests() == before:
                return
