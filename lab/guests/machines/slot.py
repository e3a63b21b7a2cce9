"""A VM's place on the computer that runs its guest."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from lab.guests.machines.disk import Disk
from lab.guests.machines.machine import Machine

log = logging.getLogger(__name__)


class Slot:
    """Its disk lasts, its machine is there while the VM is on.

    Each has a thread that carries out one order after the other, beside those of other VMs.
    """

    def __init__(self, name: str, disk: Disk) -> None:
        self.name = name
        self.disk = disk
        self.machine: Machine | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    def order(self, what: Callable[..., None], *arguments: object) -> Future[None]:
        return self._thread.submit(self._carry_out, what, *arguments)

    def end(self, wait: bool = True) -> None:
        """Takes no more orders; with `wait`, returns when those it has are carried out."""
        self._thread.shutdown(wait=wait)

    def _carry_out(self, what: Callable[..., None], *arguments: object) -> None:
        try:
            what(self, *arguments)
        except Exception:
            log.exception("%s: an order failed", self.name)
