"""Services start in any order: a worker waits for those it needs, for a while."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from provisioner.domain.errors import ProvisionerError

T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    seconds: float = 60.0
    pause_seconds: float = 3.0


async def patiently(ask: Callable[[], Awaitable[T]], patience: Patience) -> T:
    """Asks again while the error is transient, with a line each time; the last one is raised."""
    deadline = time.monotonic() + patience.seconds
    while True:
        try:
            return await ask()
        except ProvisionerError as err:
            if not err.transient or time.monotonic() > deadline:
                raise
            _log.warning("%s; asking again", err)
        await asyncio.sleep(patience.pause_seconds)
