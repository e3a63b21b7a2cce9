"""Nodes that reported ready become members: all of a resource's in one run."""

import asyncio
import logging
from collections.abc import Mapping

from temporalio import activity

from provisioner.domain.errors import ProvisionerError
from provisioner.domain.virtual_machines import POWERED_ON
from provisioner.vsphere.errors import ManagedObjectGone
from workflows.activities.admission_rows import AdmissionRows, Candidate
from workflows.activities.trying import until_nobody_waits
from workflows.connections import Connections
from workflows.contracts import resource_workflow
from workflows.failures import again, as_ours
from workflows.heartbeats import heartbeats, while_worker_lasts
from workflows.kinds.interface import Kind, NotYet
from workflows.poking import Poker
from workflows.threads import Threads

# The node's first configuration holds its token: nothing is left of it in vCenter.
CLEARED = {"guestinfo.userdata": "", "guestinfo.userdata.encoding": ""}
# An API that does not answer must not take all threads.
_PROOFS_AT_ONCE = 8
_PAUSES = (1.0, 2.0, 4.0, 8.0, 10.0)
_log = logging.getLogger(__name__)


class AdmissionActivities:
    def __init__(
        self,
        rows: AdmissionRows,
        connections: Connections,
        kinds: Mapping[str, Kind],
        poker: Poker,
        threads: Threads,
    ) -> None:
        self._rows, self._connections, self._kinds = rows, connections, kinds
        self._poker, self._threads = poker, threads

    @activity.defn
    async def admit(self, resource: str) -> None:
        """Nodes that reported ready are proven to be, and become members, each by itself.

        Over when nobody waits for it any more. Who stays unproven is tried again until the
        resource's look gives it up; why is its row's problem.
        """
        async with heartbeats():
            await while_worker_lasts(self._admit_all(resource))

    async def _admit_all(self, resource: str) -> None:
        proofs = asyncio.Semaphore(_PROOFS_AT_ONCE)

        async def waiting() -> list[Candidate]:
            return await self._threads.run(self._rows.candidates, resource)

        async def attempt(candidate: Candidate, number: int) -> None:
            await self._try(candidate, number, proofs)

        try:
            await until_nobody_waits(waiting, attempt)
        except ExceptionGroup as errors:
            raise again(as_ours(errors.exceptions[0])) from None

    async def _try(self, candidate: Candidate, number: int, proofs: asyncio.Semaphore) -> None:
        try:
            async with proofs:
                await self._threads.run(self._kinds[candidate.kind].admit, candidate.node)
            await self._take_in(candidate)
        except Exception as err:
            _log.debug("%s waits for admission", candidate.node, exc_info=err)
            problem = err if isinstance(err, NotYet) else as_ours(err)
            await self._threads.run(self._rows.note_problem, candidate.node, str(problem))
            await asyncio.sleep(_pause(problem, number))

    async def _take_in(self, candidate: Candidate) -> None:
        """Whose VM is gone by now has failed."""
        try:
            await self._clear(candidate)
        except ManagedObjectGone:
            await self._threads.run(self._rows.note_gone, candidate.node)
        else:
            seen_off = await self._threads.run(self._rows.note_ready, candidate.node)
            if seen_off and await self._is_off(candidate):
                await self._threads.run(self._rows.note_off, candidate.node)
        self._poker.poke(resource_workflow(candidate.kind, candidate.resource))

    async def _clear(self, candidate: Candidate) -> None:
        async with self._connections.guarded(candidate.vcenter_id) as connection:
            await connection.vcenter.set_extra_config(candidate.moref, CLEARED)

    async def _is_off(self, candidate: Candidate) -> bool:
        """The watch may be behind, of a worker that has just begun; it is right unless vCenter
        tells better.
        """
        try:
            async with self._connections.guarded(candidate.vcenter_id) as connection:
                found = await connection.vcenter.inspect(candidate.moref)
        except ProvisionerError:
            return True
        return found is not None and found.power_state != POWERED_ON


def _pause(problem: Exception, attempts: int) -> float:
    """Seconds after that many in vain."""
    if isinstance(problem, ProvisionerError) and problem.again_after:
        return problem.again_after.total_seconds()
    return _PAUSES[min(attempts, len(_PAUSES)) - 1]
