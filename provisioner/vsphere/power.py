"""Powers VMs on in batches, which leaves their placement to DRS and shares requests."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any

from pyVmomi import vim

from provisioner.domain.counting import counted
from provisioner.vsphere.datacenters import Datacenters
from provisioner.vsphere.errors import ManagedObjectGone, VCenterError, WrongState
from provisioner.vsphere.faults import translate
from provisioner.vsphere.gathering import Gathering, Window
from provisioner.vsphere.session import Session
from provisioner.vsphere.tasks import Tasks

Batch = dict[str, asyncio.Future[None]]
Work = dict[str, Awaitable[None]]


class PowerOn:
    """Belongs to one event loop. A batch goes on without callers that are cancelled."""

    def __init__(self, session: Session, tasks: Tasks, window: Window) -> None:
        self.datacenters = Datacenters(session)
        self._session = session
        self._tasks = tasks
        self._gathering = Gathering(window)
        self._next: Batch = {}
        self._running: set[asyncio.Task[None]] = set()

    async def power_on(self, vm: str) -> None:
        future = self._next.get(vm)
        if future is None:
            if not self._next:
                running = asyncio.create_task(self._run_next())
                self._running.add(running)
                running.add_done_callback(self._running.discard)
            future = self._next[vm] = asyncio.get_running_loop().create_future()
            self._gathering.earn()
        await asyncio.shield(future)

    async def stop(self) -> None:
        running = tuple(self._running)
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        _cancel(self._next)

    async def _run_next(self) -> None:
        await asyncio.sleep(self._gathering.delay(asyncio.get_running_loop().time()))
        batch, self._next = self._next, {}
        try:
            await self._power_on(batch)
        except asyncio.CancelledError:
            _cancel(batch)
            raise
        except Exception as error:
            failure = translate(error, f"power on {counted(len(batch), 'VM')}")
            for future in batch.values():
                _fail(future, failure)

    async def _power_on(self, batch: Batch) -> None:
        datacenters = await self.datacenters.of(batch)
        for vm in batch.keys() - datacenters.keys():
            _fail(batch[vm], ManagedObjectGone(f"Tried to power on {vm}, but it is not there"))
        parts = {
            one: {vm: batch[vm] for vm in datacenters if datacenters[vm] == one}
            for one in set(datacenters.values())
        }
        await asyncio.gather(*(self._together(one, part) for one, part in parts.items()))

    async def _together(self, datacenter: str, batch: Batch) -> None:
        tried = f"power on {counted(len(batch), 'VM')}"
        target = self._session.reference(vim.Datacenter, datacenter)
        vms = [self._session.reference(vim.VirtualMachine, vm) for vm in batch]
        try:
            task = await self._session.call(tried, lambda: target.PowerOnMultiVM_Task(vms))
            result = await self._tasks.outcome(task._moId, tried)
        except VCenterError as error:
            # One bad VM fails the whole call; the others must not suffer from it.
            alone = len(batch) > 1 and not error.transient
            work: Work = {vm: self._alone(vm) if alone else _raise(error) for vm in batch}
        else:
            work = self._rest_of(result, batch)
        await asyncio.gather(*(_settle(batch[vm], one) for vm, one in work.items()))

    def _rest_of(self, result: Any, vms: Iterable[str]) -> Work:
        """What remains to be done for each VM after vCenter has sorted the batch."""
        attempted = {one.vm._moId: one.task for one in result.attempted or ()}
        refused = {one.vm._moId: one.fault for one in result.notAttempted or ()}
        work: Work = {}
        for vm in vms:
            if attempted.get(vm) is not None:
                work[vm] = self._follow(vm, attempted[vm]._moId)
            elif vm in refused:
                work[vm] = _raise(translate(refused[vm], f"power on {vm}"))
            else:
                # DRS is set to manual and only recommends a host: take the one it is on.
                work[vm] = self._alone(vm)
        return work

    async def _alone(self, vm: str) -> None:
        target = self._session.reference(vim.VirtualMachine, vm)
        task = await self._session.call(f"power on {vm}", lambda: target.PowerOnVM_Task())
        await self._follow(vm, task._moId)

    async def _follow(self, vm: str, task: str) -> None:
        await self._tasks.outcome(task, f"power on {vm}")


async def _settle(future: asyncio.Future[None], work: Awaitable[None]) -> None:
    try:
        await work
    except VCenterError as error:
        if not _is_on(error):
            _fail(future, error)
            return
    if not future.done():
        future.set_result(None)


def _is_on(error: VCenterError) -> bool:
    state = getattr(error.__cause__, "existingState", None)
    return isinstance(error, WrongState) and state == vim.VirtualMachine.PowerState.poweredOn


def _fail(future: asyncio.Future[None], error: VCenterError) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # Seen: a cancelled caller will not look.


def _cancel(batch: Batch) -> None:
    for future in batch.values():
        future.cancel()


async def _raise(error: VCenterError) -> None:
    raise error
