"""Single VMs: find, change, destroy."""

from collections.abc import Sequence
from typing import Any

from pyVmomi import vim

from provisioner.domain.marks import only_marks
from provisioner.domain.virtual_machines import AttachedDisk, FoundVM
from provisioner.vsphere.clone import options
from provisioner.vsphere.errors import MachineUnreadable, ManagedObjectGone, WrongState
from provisioner.vsphere.foreign_disks import detachment, foreign_disks
from provisioner.vsphere.reading import Properties, paths, read
from provisioner.vsphere.session import Session
from provisioner.vsphere.tasks import Tasks

UUID = "config.instanceUuid"
EXTRA_CONFIG = "config.extraConfig"
DEVICES, CONFIGURATION = "config.hardware.device", "config.files.vmPathName"
WANTED = ("name", UUID, "runtime.powerState", EXTRA_CONFIG, DEVICES, CONFIGURATION)


class Machines:
    def __init__(self, session: Session, tasks: Tasks) -> None:
        self._session = session
        self._tasks = tasks

    async def find(self, instance_uuid: str) -> FoundVM | None:
        def look() -> tuple[Any, Properties | None]:
            index = self._session.content.searchIndex
            vm = index.FindByUuid(None, instance_uuid, True, True)
            wanted = [paths(vim.VirtualMachine, *WANTED)]
            found = read(self._session.content, [vm], wanted) if vm is not None else {}
            return vm, next(iter(found.values()), None)

        vm, facts = await self._session.call(f"find the VM {instance_uuid}", look)
        if vm is None or facts is None:
            return None
        _require_readable(vm._moId, facts)
        return found_vm(vm._moId, facts) if facts[UUID] == instance_uuid else None

    async def inspect(self, vm: str) -> FoundVM | None:
        """None only when vCenter does not know it any more. Raises MachineUnreadable."""
        target = self._session.reference(vim.VirtualMachine, vm)
        wanted = [paths(vim.VirtualMachine, *WANTED)]
        try:
            found = await self._session.call(
                f"look at {vm}", lambda: read(self._session.content, [target], wanted)
            )
        except ManagedObjectGone:
            return None
        if vm not in found:
            return None
        _require_readable(vm, found[vm])
        return found_vm(vm, found[vm])

    async def guest_info(self, vms: Sequence[str]) -> dict[str, dict[str, str]]:
        targets = [self._session.reference(vim.VirtualMachine, vm) for vm in vms]
        wanted = [paths(vim.VirtualMachine, EXTRA_CONFIG)]
        found = await self._session.call(
            f"read the guestinfo of {', '.join(vms)}",
            lambda: read(self._session.content, targets, wanted),
        )
        return {vm: _guest_info(facts) for vm, facts in found.items()}

    async def set_extra_config(self, vm: str, values: dict[str, str]) -> None:
        tried = f"set {', '.join(sorted(values))} of {vm}"
        spec = vim.vm.ConfigSpec(extraConfig=options(values))
        target = self._session.reference(vim.VirtualMachine, vm)
        task = await self._session.call(tried, lambda: target.ReconfigVM_Task(spec))
        await self._tasks.outcome(task._moId, tried)

    async def destroy(self, vm: str, keep: Sequence[AttachedDisk]) -> None:
        target = self._session.reference(vim.VirtualMachine, vm)
        try:
            await self._power_off(vm, target)
            if keep:
                await self._detach(vm, target, keep)
            tried = f"destroy {vm}"
            task = await self._session.call(tried, lambda: target.Destroy_Task())
            await self._tasks.outcome(task._moId, tried)
        except ManagedObjectGone:
            return

    async def _detach(self, vm: str, target: Any, disks: Sequence[AttachedDisk]) -> None:
        tried = f"detach {', '.join(disk.file for disk in disks)} from {vm}"
        spec = detachment(disks)
        task = await self._session.call(tried, lambda: target.ReconfigVM_Task(spec))
        await self._tasks.outcome(task._moId, tried)

    async def _power_off(self, vm: str, target: Any) -> None:
        tried = f"power off {vm}"
        try:
            task = await self._session.call(tried, lambda: target.PowerOffVM_Task())
            await self._tasks.outcome(task._moId, tried)
        except WrongState as error:
            if not _is_off(error):
                raise


def _is_off(error: WrongState) -> bool:
    state = getattr(error.__cause__, "existingState", None)
    return bool(state == vim.VirtualMachine.PowerState.poweredOff)


def _require_readable(vm: str, facts: Properties) -> None:
    """A VM on a lost host or datastore is there, though it says nothing of itself."""
    if UUID not in facts:
        raise MachineUnreadable(f"{vm} is there, but vCenter tells nothing of its configuration")


def _guest_info(facts: Properties) -> dict[str, str]:
    found = facts.get(EXTRA_CONFIG, ())
    return {one.key: one.value for one in found if one.key.startswith("guestinfo.")}


def found_vm(moref: str, facts: Properties) -> FoundVM:
    extra_config = {one.key: one.value for one in facts.get(EXTRA_CONFIG, ())}
    return FoundVM(
        moref=moref,
        name=facts["name"],
        instance_uuid=facts[UUID],
        power_state=facts["runtime.powerState"],
        marks=only_marks(extra_config),
        foreign_disks=tuple(foreign_disks(facts.get(DEVICES, ()), facts.get(CONFIGURATION, ""))),
    )
