"""Which datacenter a VM is in, asked for many at once."""

from collections.abc import Iterable, Mapping

from pyVmomi import vim

from provisioner.domain.counting import counted
from provisioner.vsphere.reading import Properties, paths, read_along, step
from provisioner.vsphere.session import Session

WANTED = (paths(vim.ManagedEntity, "parent"),)
UPWARDS = (
    step("from-vm", vim.VirtualMachine, "parent", "from-folder"),
    step("from-folder", vim.Folder, "parent", "from-folder"),
)


class Datacenters:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._of_folder: dict[str, str] = {}
        self._folder_of: dict[str, str] = {}

    def remember(self, vm: str, folder: str) -> None:
        """Saves a request for a VM that this process has made."""
        self._folder_of[vm] = folder

    async def of(self, vms: Iterable[str]) -> dict[str, str]:
        """Datacenters by VM. VMs that are gone are left out."""
        folders = {vm: self._folder_of.pop(vm, "") for vm in vms}
        unknown = [vm for vm, folder in folders.items() if folder not in self._of_folder]
        if unknown:
            folders.update(await self._look_up(unknown))
        return {
            vm: self._of_folder[folder]
            for vm, folder in folders.items()
            if folder in self._of_folder
        }

    async def _look_up(self, vms: list[str]) -> dict[str, str]:
        objects = [self._session.reference(vim.VirtualMachine, vm) for vm in vms]
        found = await self._session.call(
            f"find the datacenter of {counted(len(vms), 'VM')}",
            lambda: read_along(self._session.content, objects, WANTED, UPWARDS),
        )
        folders = {vm: folder for vm in vms if (folder := _parent(found, vm)) is not None}
        for folder in set(folders.values()):
            if (datacenter := datacenter_above(found, folder)) is not None:
                self._of_folder[folder] = datacenter
        return folders


def datacenter_above(found: Mapping[str, Properties], moref: str) -> str | None:
    seen: str | None = moref
    while seen is not None:
        parent = found.get(seen, {}).get("parent")
        if isinstance(parent, vim.Datacenter):
            return str(parent._moId)
        seen = None if parent is None else str(parent._moId)
    return None


def _parent(found: Mapping[str, Properties], moref: str) -> str | None:
    parent = found.get(moref, {}).get("parent")
    return None if parent is None else str(parent._moId)
