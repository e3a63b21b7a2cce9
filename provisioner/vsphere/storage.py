"""Which datastore of a datastore cluster: Storage DRS is asked, seldom.

Its advice does not change while clones are under way, so clones that start within seconds share
one answer, spread over the datastores that it rates highest.
"""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pyVmomi import vim

from provisioner.domain.virtual_machines import CloneRequest
from provisioner.vsphere.errors import CapacityMissing
from provisioner.vsphere.session import Session

ADVICE_SECONDS = 5.0
Key = tuple[str, str]


@dataclass(frozen=True)
class Advice:
    datastores: Iterator[Any]
    expires: float


class Storage:
    """Belongs to one event loop."""

    def __init__(self, session: Session, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._clock = clock
        self._advice: dict[Key, Advice] = {}
        self._asking: dict[Key, asyncio.Lock] = {}

    async def datastore(self, request: CloneRequest) -> Any:
        """Where the clone should go. Raises CapacityMissing when Storage DRS has no advice."""
        if request.storage_type == "Datastore":
            return self._session.reference(vim.Datastore, request.storage)
        key = (request.storage, request.template)
        async with self._asking.setdefault(key, asyncio.Lock()):
            advice = self._advice.get(key)
            if advice is None or advice.expires < self._clock():
                advice = self._advice[key] = await self._ask(request)
        return next(advice.datastores)

    def forget(self, request: CloneRequest) -> None:
        self._advice.pop((request.storage, request.template), None)

    async def _ask(self, request: CloneRequest) -> Advice:
        placement = _placement(self._session, request)
        tried = f"have a datastore of {request.storage} recommended for {request.name}"
        answer = await self._session.call(
            tried,
            lambda: self._session.content.storageResourceManager.RecommendDatastores(placement),
        )
        datastores = _best(answer.recommendations)
        if not datastores:
            raise CapacityMissing(f"Tried to {tried}, but Storage DRS recommends none")
        return Advice(itertools.cycle(datastores), self._clock() + ADVICE_SECONDS)


def _placement(session: Session, request: CloneRequest) -> Any:
    template = session.reference(vim.VirtualMachine, request.template)
    location = vim.vm.RelocateSpec(pool=session.reference(vim.ResourcePool, request.pool))
    return vim.storageDrs.StoragePlacementSpec(
        type="clone",
        vm=template,
        cloneName=request.name,
        folder=session.reference(vim.Folder, request.folder),
        cloneSpec=vim.vm.CloneSpec(location=location, powerOn=False, template=False),
        podSelectionSpec=vim.storageDrs.PodSelectionSpec(
            storagePod=session.reference(vim.StoragePod, request.storage)
        ),
    )


def _best(recommendations: list[Any]) -> list[Any]:
    highest = max((one.rating for one in recommendations), default=0)
    return [
        action.destination
        for one in recommendations
        if one.rating == highest
        for action in one.action
        if isinstance(action, vim.storageDrs.StoragePlacementAction)
    ]
