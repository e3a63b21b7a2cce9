"""A VM from a template in one call: size, disk, networks, marks and user-data included."""

from collections.abc import Callable
from typing import Any

from pyVmomi import vim

from provisioner.domain.virtual_machines import CloneRequest
from provisioner.vsphere.caching import Remembered
from provisioner.vsphere.errors import (
    CapacityMissing,
    InvalidRequest,
    ManagedObjectGone,
    VCenterError,
)
from provisioner.vsphere.hardware import Hardware, device_changes, hardware_of
from provisioner.vsphere.networks import Networks
from provisioner.vsphere.reading import paths, read
from provisioner.vsphere.session import Session
from provisioner.vsphere.storage import Storage
from provisioner.vsphere.tasks import Tasks

# What we remembered of template, networks and storage may be why.
OUTDATED = (InvalidRequest, ManagedObjectGone, CapacityMissing)


class Cloner:
    def __init__(self, session: Session, tasks: Tasks) -> None:
        self._session = session
        self._tasks = tasks
        self._networks = Networks(session)
        self._storage = Storage(session)
        self._hardware: Remembered[str, Hardware] = Remembered(self._read_hardware)

    async def clone(
        self, request: CloneRequest, started: Callable[[str], None], task: str | None
    ) -> str:
        tried = f"clone {request.name} from template {request.template}"
        try:
            if task is None:
                task = await self._begin(request, tried)
                started(task)
            made = await self._tasks.outcome(task, tried)
        except VCenterError as error:
            if isinstance(error, OUTDATED):
                self._forget(request)
            raise
        return str(made._moId)

    async def _begin(self, request: CloneRequest, tried: str) -> str:
        hardware = await self._hardware.get(request.template)
        backings = {nic: await self._networks.backing(nic) for nic in request.nics}
        datastore = await self._storage.datastore(request)
        config = _config(request, device_changes(hardware, request, backings))
        spec = vim.vm.CloneSpec(
            location=vim.vm.RelocateSpec(
                datastore=datastore, pool=self._session.reference(vim.ResourcePool, request.pool)
            ),
            config=config,
            powerOn=False,
            template=False,
        )
        template = self._session.reference(vim.VirtualMachine, request.template)
        folder = self._session.reference(vim.Folder, request.folder)
        task = await self._session.call_once(
            tried, lambda: template.CloneVM_Task(folder, request.name, spec)
        )
        return str(task._moId)

    async def _read_hardware(self, template: str) -> Hardware:
        vm = self._session.reference(vim.VirtualMachine, template)
        wanted = [paths(vim.VirtualMachine, "config.hardware.device")]
        found = await self._session.call(
            f"read the template {template}", lambda: read(self._session.content, [vm], wanted)
        )
        if template not in found:
            raise ManagedObjectGone(f"There is no template {template} (any more)")
        return hardware_of(found[template].get("config.hardware.device", []))

    def _forget(self, request: CloneRequest) -> None:
        self._hardware.forget(request.template)
        self._storage.forget(request)
        for nic in request.nics:
            self._networks.forget(nic)


def _config(request: CloneRequest, changes: list[Any]) -> Any:
    return vim.vm.ConfigSpec(
        instanceUuid=request.instance_uuid,
        numCPUs=request.vcpu,
        # One socket: vCPU counts that the template's cores per socket don't divide are valid, too.
        numCoresPerSocket=request.vcpu,
        memoryMB=request.memory_mib,
        extraConfig=options(request.extra_config),
        deviceChange=changes,
    )


def options(values: dict[str, str]) -> list[Any]:
    """extraConfig; an empty value removes its key."""
    return [vim.option.OptionValue(key=key, value=value) for key, value in values.items()]
