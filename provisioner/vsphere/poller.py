"""Long polls, which block for minutes: a thread and connections of their own for each poller."""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from provisioner.vsphere.faults import attempt
from provisioner.vsphere.transport import Transport

T = TypeVar("T")

LONGEST_POLL_SECONDS = 600
GRACE_SECONDS = 60


class Poller:
    """One poll at a time. A cancelled poll ends at once, on both sides of the connection."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="vcenter-poll")

    def bound(self, managed: Any) -> Any:
        """The same managed object, called by way of this poller's connection."""
        return type(managed)(managed._moId, self.transport)

    async def poll(self, tried: str, invoke: Callable[[], T]) -> T:
        """Without a new login: what is polled was lost with its session and must be made anew."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(
                self._thread, functools.partial(attempt, tried, invoke)
            )
        except asyncio.CancelledError:
            self.transport.abort()
            raise

    def close(self) -> None:
        self.transport.abort()
        self.transport.close()
        self._thread.shutdown(wait=False)
