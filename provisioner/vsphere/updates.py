"""A property collector of our own with its filters, and what its long poll reports."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyVmomi import vmodl

from provisioner.vsphere.errors import ManagedObjectGone, SessionLost, TaskCanceled
from provisioner.vsphere.poller import LONGEST_POLL_SECONDS, Poller
from provisioner.vsphere.reading import Properties

# What a poll raises when the collector is gone, mostly with its session.
LOST = (SessionLost, ManagedObjectGone, TaskCanceled)

Options = vmodl.query.PropertyCollector.WaitOptions
PAGE_SIZE = 1000
GONE = "leave"
REMOVED = ("remove", "indirectRemove")


@dataclass(frozen=True)
class Change:
    """Of one object in one filter: what changed, None where a property is unset now."""

    filter: str
    object: Any
    gone: bool
    properties: Properties

    @property
    def moref(self) -> str:
        return str(self.object._moId)


@dataclass(frozen=True)
class Updates:
    """`complete` is false when more is waiting already."""

    changes: tuple[Change, ...]
    complete: bool


class Collector:
    """Lives as long as its session. Created by a blocking call; polled by a poller."""

    def __init__(self, collector: Any, poller: Poller) -> None:
        self._made = collector
        self._poller = poller
        self._version = ""

    def add_filter(self, spec: Any) -> str:
        """Blocks. Returns the filter's moref."""
        return str(self._made.CreateFilter(spec, False)._moId)

    async def poll(self, tried: str) -> Updates:
        """Returns at the first change, or without any after some minutes."""
        collector = self._poller.bound(self._made)
        options = Options(maxWaitSeconds=LONGEST_POLL_SECONDS, maxObjectUpdates=PAGE_SIZE)
        version = self._version
        update = await self._poller.poll(
            tried, lambda: collector.WaitForUpdatesEx(version, options)
        )
        if update is None:
            return Updates((), complete=True)
        self._version = update.version
        return Updates(tuple(_changes(update)), complete=not update.truncated)

    def destroy(self) -> None:
        """Blocks. Also ends a poll that is under way."""
        self._made.DestroyPropertyCollector()


def _changes(update: Any) -> Iterator[Change]:
    for part in update.filterSet:
        for one in part.objectSet:
            properties = {
                each.name: None if each.op in REMOVED else each.val for each in one.changeSet
            }
            yield Change(part.filter._moId, one.obj, one.kind == GONE, properties)
