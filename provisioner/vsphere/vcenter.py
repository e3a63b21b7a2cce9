"""The vCenter adapter: what workflows may do to a vCenter, and nothing else."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from provisioner.domain.virtual_machines import (
    AttachedDisk,
    CloneRequest,
    FolderPlace,
    FolderVM,
    FoundVM,
    TemplateCopy,
    VCenterAccess,
    WatchBatch,
)
from provisioner.vsphere.clone import Cloner
from provisioner.vsphere.datastores import Datastores
from provisioner.vsphere.folders import Folders
from provisioner.vsphere.gathering import Window
from provisioner.vsphere.machines import Machines
from provisioner.vsphere.power import PowerOn
from provisioner.vsphere.session import Session
from provisioner.vsphere.tasks import Tasks
from provisioner.vsphere.templates import Templates
from provisioner.vsphere.watch import Watch


@dataclass(frozen=True)
class VCenterAbout:
    instance_uuid: str
    version: str
    api_version: str


# A VM is two tasks and one power-on: together they may cost it a third of a request.
TASKS = Window(shortest=0.1, longest=1.2, share=0.12)
POWER = Window(shortest=0.1, longest=1.2, share=0.06)
WATCH = Window(shortest=0.2, longest=1.5, burst=4)


@dataclass(frozen=True)
class Pace:
    """How long each kind of request waits for company, see `gathering`."""

    tasks: Window = TASKS
    power: Window = POWER
    watch: Window = WATCH


class VCenter:
    """One session, shared by all of a process. Belongs to one event loop.

    All methods raise errors of `provisioner.vsphere.errors`, whose `transient` says whether trying
    again may help. VMs, folders and tasks are named by their managed object ids.
    """

    def __init__(
        self, access: VCenterAccess, executor: ThreadPoolExecutor, pace: Pace | None = None
    ) -> None:
        pace = pace or Pace()
        self._session = Session(access, executor)
        self._tasks = Tasks(self._session, pace.tasks)
        self._power = PowerOn(self._session, self._tasks, pace.power)
        self._cloner = Cloner(self._session, self._tasks)
        self._machines = Machines(self._session, self._tasks)
        self._folders = Folders(self._session, self._tasks)
        self._templates = Templates(self._session, self._tasks)
        self._datastores = Datastores(self._session, self._tasks)
        self._watch = Watch(self._session, pace.watch)

    @property
    def requests(self) -> Counter[str]:
        """SOAP requests sent so far, by method."""
        return self._session.requests

    async def connect(self) -> VCenterAbout:
        """Logs in. Other methods do so themselves; this one is for finding out whether it works."""
        about = await self._session.call("connect", lambda: self._session.content.about)
        return VCenterAbout(about.instanceUuid, about.version, about.apiVersion)

    async def close(self) -> None:
        """Logs out. vCenter tasks that are under way go on."""
        await self._power.stop()
        await self._tasks.stop()
        await self._session.close()

    async def clone(
        self, request: CloneRequest, started: Callable[[str], None], task: str | None = None
    ) -> str:
        """Makes a VM, powered off, with all that the request says. Returns the VM.

        `started` is told the task as soon as it exists; given back as `task` after an interruption,
        the call waits for that one and makes nothing. TaskLost and VMNameTaken mean: look with
        `find`, it may be there already.
        """
        vm = await self._cloner.clone(request, started, task)
        self._power.datacenters.remember(vm, request.folder)
        return vm

    async def await_task(self, task: str) -> None:
        """Until that task of an earlier call has ended. Raises what it failed with, or TaskLost."""
        await self._tasks.outcome(task, f"finish the task {task}")

    async def cancel_task(self, task: str) -> None:
        """Asks vCenter to, and doesn't wait. Ended, unknown or not ours to cancel: nothing."""
        await self._tasks.cancel(task)

    async def power_on(self, vm: str) -> None:
        """Idempotent. Shares one request with others that are asked for at the same time."""
        await self._power.power_on(vm)

    async def destroy(self, vm: str, keep: Sequence[AttachedDisk] = ()) -> None:
        """Powers off hard and deletes the VM with its disks, but for those to keep, which are
        detached before. Gone already: success.
        """
        await self._machines.destroy(vm, keep)

    async def find(self, instance_uuid: str) -> FoundVM | None:
        """The VM with that instance UUID, wherever it is and whatever its name."""
        return await self._machines.find(instance_uuid)

    async def inspect(self, vm: str) -> FoundVM | None:
        """The VM as it is. None only when vCenter does not know it any more."""
        return await self._machines.inspect(vm)

    async def guest_info(self, vms: Sequence[str]) -> dict[str, dict[str, str]]:
        """The keys `guestinfo.*` of VMs, in one request: what we and the guests have put there.

        One that is gone is missing from the answer, or there is none: ManagedObjectGone.
        """
        return await self._machines.guest_info(vms)

    async def set_extra_config(self, vm: str, values: dict[str, str]) -> None:
        """Sets these keys, removes those with an empty value. Raises ManagedObjectGone."""
        await self._machines.set_extra_config(vm, values)

    async def ensure_folder(self, parent: str, name: str) -> str:
        """The VM folder of that name in `parent`, made if it isn't there."""
        return await self._folders.ensure(parent, name)

    async def folder_place(self, folder: str) -> FolderPlace | None:
        """Where it is by now; None when vCenter does not know it any more."""
        return await self._folders.place(folder)

    async def remove_folder_if_empty(self, folder: str) -> bool:
        """False when something is in it. Gone already: success. Disks of a VM that comes into it
        meanwhile stay on their datastore.
        """
        return await self._folders.remove_if_empty(folder)

    async def contents(self, folder: str) -> tuple[FolderVM, ...]:
        """The VMs and templates right in it; none of a folder that is gone."""
        return await self._templates.contents(folder)

    async def look(self, vm: str) -> FolderVM | None:
        """The VM or template as it lies; None when vCenter does not know it any more."""
        return await self._templates.look(vm)

    async def settle(self, folder: str, sources: Iterable[str] = ()) -> None:
        """Waits for tasks that work on the folder, and for clones of these VMs, whosoever they are:
        a clone that is under way would bring its VM after somebody looked.
        """
        await self._templates.settle(folder, sources)

    async def destroy_template(self, template: str) -> None:
        """Gone already: success."""
        await self._templates.destroy(template)

    async def copy_template(self, wanted: TemplateCopy, started: Callable[[str], None]) -> str:
        """Returns the copy, a template, too. `started` is told the task as soon as it exists.

        Raises VMNameTaken when the folder has that name.
        """
        return await self._templates.copy(wanted, started)

    async def mark_template(
        self, vm: str, pool: str, values: Mapping[str, str], notes: str
    ) -> None:
        """Sets keys of extraConfig (empty values remove them) and the notes. A template afterwards,
        whatever it was before; in between it is a VM of `pool`, so that this can be done at all.
        """
        await self._templates.mark(vm, pool, values, notes)

    async def remove_files(self, datacenter: str, path: str) -> None:
        """`path`: of a file, or of a folder with all that is in it, such as "[local-1] discs".

        Gone already: success.
        """
        await self._datastores.remove(datacenter, path)

    async def watch(
        self, root_folder: str, deliver: Callable[[WatchBatch], Awaitable[None]]
    ) -> None:
        """Tells the state of the VMs below `root_folder` (an inventory path such as
        "/DC1/vm/kubernetes"), and of everything else in the inventory, then what changes.

        Never returns. The first batch is full, as is the one after a lost session. One long poll at
        rest; when it ends without news, an empty batch is a sign of life. Raises RootFolderMissing,
        and whatever `deliver` raises.
        """
        await self._watch.run(root_folder, deliver)
