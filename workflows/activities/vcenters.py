"""vCenters: a login tried, and the watch that feeds the inventory and wakes waiters."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from temporalio import activity

from provisioner.domain.errors import ProvisionerError
from provisioner.domain.virtual_machines import WatchBatch
from provisioner.store.errors import NotFound
from provisioner.vsphere.errors import (
    CertificateMismatch,
    CertificateUntrusted,
    LoginRejected,
    MachineUnreadable,
    RootFolderMissing,
    VCenterUnreachable,
)
from provisioner.vsphere.vcenter import VCenter
from workflows.activities.sightings import Sightings
from workflows.connections import Connections
from workflows.contracts import VerifyResult
from workflows.failures import again
from workflows.heartbeats import heartbeats, while_worker_lasts
from workflows.poking import Poker
from workflows.threads import Threads

# Which field of the request a failed login is about.
_FIELDS: Mapping[type[ProvisionerError], str] = {
    LoginRejected: "password",
    CertificateMismatch: "thumbprint",
    CertificateUntrusted: "caBundle",
    VCenterUnreachable: "host",
    RootFolderMissing: "rootFolder",
}


class VCenterActivities:
    def __init__(
        self,
        sightings: Sightings,
        connections: Connections,
        poker: Poker,
        threads: Threads,
        soap: Threads,
    ) -> None:
        self._sightings, self._connections = sightings, connections
        self._poker, self._threads, self._soap = poker, threads, soap

    @activity.defn
    async def verify(self, vcenter_id: str) -> VerifyResult:
        """Logs in afresh with the stored credentials, reads the inventory once, logs out."""
        row = await self._threads.run(self._sightings.vcenter, vcenter_id)
        vcenter = VCenter(await self._connections.access(row), self._soap.executor)
        try:
            about = await vcenter.connect()
            first = await _first_batch(vcenter, row.root_folder)
            known = await self._known(vcenter, vcenter_id, first)
        except ProvisionerError as err:
            return VerifyResult(accepted=False, field=_FIELDS.get(type(err)), reason=str(err))
        finally:
            await vcenter.close()
        await self._threads.run(self._sightings.verified, vcenter_id, about)
        await self._threads.run(self._sightings.apply, vcenter_id, first, known)
        return VerifyResult(accepted=True)

    @activity.defn
    async def watch(self, vcenter_id: str) -> bool:
        """Runs until the vCenter's row is gone (False) or the connection breaks."""

        async with heartbeats():
            try:
                row = await self._threads.run(self._sightings.vcenter, vcenter_id)
                async with self._connections.guarded(vcenter_id) as connection:
                    vcenter = connection.vcenter

                    async def deliver(batch: WatchBatch) -> None:
                        await self._put_on_record(vcenter, vcenter_id, batch)

                    await while_worker_lasts(vcenter.watch(row.root_folder, deliver))
            except NotFound:
                return False
            except ProvisionerError as err:
                await self._threads.run(self._sightings.trouble, vcenter_id, str(err))
                raise again(err) from None
        return True

    async def _put_on_record(self, vcenter: VCenter, vcenter_id: str, batch: WatchBatch) -> None:
        """What is missed is asked for before anything is noted: noted, nobody would miss it."""
        known = await self._known(vcenter, vcenter_id, batch)
        apply = self._sightings.apply
        for workflow_id in await self._threads.run(apply, vcenter_id, batch, known):
            self._poker.poke(workflow_id)

    async def _known(self, vcenter: VCenter, vcenter_id: str, batch: WatchBatch) -> dict[str, bool]:
        missed = await self._threads.run(self._sightings.missed, vcenter_id, batch)
        known = await asyncio.gather(*(_knows(vcenter, moref) for moref in missed))
        return dict(zip(missed, known, strict=True))


async def _knows(vcenter: VCenter, moref: str) -> bool:
    """Whether the VM exists, wherever it is: out of our sight is not gone."""
    try:
        return await vcenter.inspect(moref) is not None
    except MachineUnreadable:
        return True


class _Enough(Exception):
    """Ends a watch that has shown what was wanted."""


async def _first_batch(vcenter: VCenter, root_folder: str) -> WatchBatch:
    """The full batch that every watch begins with."""
    batches: list[WatchBatch] = []

    async def deliver(batch: WatchBatch) -> None:
        batches.append(batch)
        raise _Enough

    with suppress(_Enough):
        await vcenter.watch(root_folder, deliver)
    return batches[0]
