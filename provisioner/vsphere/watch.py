"""Follows a vCenter's inventory with one long poll."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pyVmomi import vim

from provisioner.domain.virtual_machines import WatchBatch
from provisioner.vsphere.errors import RootFolderMissing, VCenterError
from provisioner.vsphere.gathering import Gathering, Window
from provisioner.vsphere.hardware import disk_gib
from provisioner.vsphere.inventory import Inventory
from provisioner.vsphere.poller import Poller
from provisioner.vsphere.reading import paths, read, view_spec
from provisioner.vsphere.session import Session
from provisioner.vsphere.updates import LOST, Collector

Deliver = Callable[[WatchBatch], Awaitable[None]]

KINDS = (
    vim.Datacenter,
    vim.Folder,
    vim.ComputeResource,
    vim.ResourcePool,
    vim.Datastore,
    vim.Network,
    vim.VirtualMachine,
)
OF_ALL = (
    paths(vim.ManagedEntity, "name", "parent"),
    paths(vim.ResourcePool, "owner"),
    paths(vim.VirtualMachine, "config.template"),
)
OF_OURS = (
    paths(
        vim.VirtualMachine,
        "name",
        "parent",
        "config.instanceUuid",
        "runtime.powerState",
        "guest.toolsRunningStatus",
        "guest.net",
    ),
)
DEVICES = "config.hardware.device"
# A session that is lost right after it was renewed will be lost again.
FRUITLESS_STARTS = 2


@dataclass(frozen=True)
class Lookout:
    collector: Collector
    views: tuple[Any, ...]
    machines: str
    inventory: Inventory


class Watch:
    def __init__(self, session: Session, window: Window) -> None:
        self._session = session
        self._window = window

    async def run(self, root_folder: str, deliver: Deliver) -> None:
        poller = self._session.new_poller()
        fruitless = 0
        try:
            while True:
                lookout = await self._start(root_folder, poller)
                try:
                    await self._follow(lookout, deliver)
                except LOST:
                    fruitless = 0 if lookout.inventory.told else fruitless + 1
                    if fruitless >= FRUITLESS_STARTS:
                        raise
                finally:
                    await self._end(lookout)
        finally:
            self._session.drop_poller(poller)

    async def _start(self, root_folder: str, poller: Poller) -> Lookout:
        return await self._session.call(
            f"watch {root_folder}", lambda: self._make(root_folder, poller)
        )

    def _make(self, root_folder: str, poller: Poller) -> Lookout:
        content = self._session.content
        root = content.searchIndex.FindByInventoryPath(root_folder.strip("/"))
        _check_root(root, root_folder)
        collector = Collector(content.propertyCollector.CreatePropertyCollector(), poller)
        create_view = content.viewManager.CreateContainerView
        everything = create_view(content.rootFolder, list(KINDS), True)
        ours = create_view(root, [vim.VirtualMachine], True)
        collector.add_filter(view_spec(everything, OF_ALL))
        machines = collector.add_filter(view_spec(ours, OF_OURS))
        return Lookout(collector, (everything, ours), machines, Inventory(root._moId))

    async def _follow(self, lookout: Lookout, deliver: Deliver) -> None:
        clock = asyncio.get_running_loop().time
        gathering = Gathering(self._window)
        while True:
            await self._collect(lookout)
            # An empty one as well: it is a sign of life.
            await deliver(lookout.inventory.batch())
            await asyncio.sleep(gathering.delay(clock()))

    async def _collect(self, lookout: Lookout) -> None:
        complete = False
        while not complete:
            updates = await lookout.collector.poll("watch the inventory")
            lookout.inventory.apply(updates.changes, lookout.machines)
            complete = updates.complete
        await self._size(lookout.inventory)

    async def _size(self, inventory: Inventory) -> None:
        """The disks of new templates, in one request: too much to watch for all VMs."""
        templates = inventory.templates_without_size()
        if not templates:
            return
        vms = [self._session.reference(vim.VirtualMachine, one) for one in templates]
        found = await self._session.call(
            "read the templates' disks",
            lambda: read(self._session.content, vms, [paths(vim.VirtualMachine, DEVICES)]),
        )
        for moref in templates:
            inventory.set_size(moref, disk_gib(found.get(moref, {}).get(DEVICES, ())))

    async def _end(self, lookout: Lookout) -> None:
        def destroy() -> None:
            lookout.collector.destroy()
            for view in lookout.views:
                view.DestroyView()

        with contextlib.suppress(VCenterError):
            await self._session.call("end the watch", destroy)


def _check_root(found: Any, path: str) -> None:
    """Raises RootFolderMissing. Only VM folders hold VMs as their children."""
    if found is None:
        raise RootFolderMissing(f"There is no VM folder {path}")
    if not isinstance(found, vim.Folder) or "VirtualMachine" not in _child_types(found):
        raise RootFolderMissing(
            f"{path} is no VM folder: it must lie below the datacenter's vm folder, "
            "as /DC1/vm/kubernetes does"
        )
    if isinstance(found.parent, vim.Datacenter):
        raise RootFolderMissing(
            f"{path} is the datacenter's own VM folder, where templates lie, too: "
            "give one below it that is to be the service's alone"
        )


def _child_types(folder: Any) -> set[str]:
    """pyVmomi makes types of the names, where the answer says that they are names of types."""
    return {getattr(one, "_wsdlName", one) for one in folder.childType}
