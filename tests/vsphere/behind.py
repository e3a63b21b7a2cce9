"""Looks at the simulated vCenter, and changes things there, behind the adapter's back."""

import contextlib
import ssl
from typing import Any
from uuid import uuid4

from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim

from lab.vcenter.simulator import SimulatedVCenter
from provisioner.vsphere.reading import paths, read


class Behind:
    def __init__(self, simulated: SimulatedVCenter) -> None:
        self._service = SmartConnect(
            host=simulated.host,
            port=simulated.port,
            user=simulated.username,
            pwd=simulated.password,
            sslContext=ssl.create_default_context(cafile=str(simulated.certificate)),
        )
        self.content = self._service.RetrieveContent()

    @property
    def _datacenter(self) -> Any:
        return self.content.searchIndex.FindByInventoryPath("DC1")

    def close(self) -> None:
        with contextlib.suppress(vim.fault.NotAuthenticated):
            Disconnect(self._service)
        self._service._stub.DropConnections()

    def moref(self, path: str) -> str:
        return self.content.searchIndex.FindByInventoryPath(path.strip("/"))._moId

    def vm(self, moref: str) -> Any:
        return vim.VirtualMachine(moref, self._service._stub)

    def read(self, moref: str, *names: str) -> dict[str, Any]:
        found = read(self.content, [self.vm(moref)], [paths(vim.VirtualMachine, *names)])
        return found.get(moref, {})

    def exists(self, moref: str) -> bool:
        return bool(self.read(moref, "name"))

    def disks(self, moref: str) -> list[Any]:
        return self._devices(moref, vim.vm.device.VirtualDisk)

    def attach_volume(self, moref: str, folder: str) -> str:
        """A new disk that lies in that folder of the VM's datastore; its file."""
        home = self.read(moref, "config.files.vmPathName")["config.files.vmPathName"]
        datastore = home.partition(" ")[0]
        with contextlib.suppress(vim.fault.FileAlreadyExists):
            files = self.content.fileManager
            files.MakeDirectory(f"{datastore} {folder}", self._datacenter, True)
        file = f"{datastore} {folder}/{uuid4()}.vmdk"
        [controller, *_] = self._devices(moref, vim.vm.device.VirtualSCSIController)
        disk = vim.vm.device.VirtualDisk(
            key=-1,
            controllerKey=controller.key,
            unitNumber=5,
            capacityInKB=1024,
            backing=vim.vm.device.VirtualDisk.FlatVer2BackingInfo(
                fileName=file, diskMode="independent_persistent", thinProvisioned=True
            ),
        )
        change = vim.vm.device.VirtualDeviceSpec(
            operation="add", fileOperation="create", device=disk
        )
        self.finish(self.vm(moref).ReconfigVM_Task(vim.vm.ConfigSpec(deviceChange=[change])))
        return file

    def make_folder_on(self, datastore: str, path: str) -> None:
        files = self.content.fileManager
        files.MakeDirectory(f"[{datastore}] {path}", self._datacenter, True)

    def has_folder_on(self, datastore: str, path: str) -> bool:
        store = self.content.searchIndex.FindByInventoryPath(f"DC1/datastore/{datastore}")
        spec = vim.host.DatastoreBrowser.SearchSpec()
        try:
            self.finish(store.browser.SearchDatastore_Task(f"[{datastore}] {path}", spec))
        except vim.fault.FileNotFound:
            return False
        return True

    def disk_exists(self, file: str) -> bool:
        try:
            self.content.virtualDiskManager.QueryVirtualDiskUuid(file, self._datacenter)
        except vim.fault.FileNotFound:
            return False
        return True

    def cards(self, moref: str) -> list[Any]:
        cards = self._devices(moref, vim.vm.device.VirtualEthernetCard)
        return sorted(cards, key=lambda card: card.macAddress)

    def extra_config(self, moref: str) -> dict[str, str]:
        return {one.key: one.value for one in self.read(moref, "config.extraConfig").popitem()[1]}

    def power_state(self, moref: str) -> str:
        return self.read(moref, "runtime.powerState")["runtime.powerState"]

    def set_guest(self, moref: str, **facts: str) -> None:
        """As VMware Tools report them, such as ipAddress and toolsRunningStatus."""
        options = [
            vim.option.OptionValue(key=f"SET.guest.{key}", value=value)
            for key, value in facts.items()
        ]
        self.finish(self.vm(moref).ReconfigVM_Task(vim.vm.ConfigSpec(extraConfig=options)))

    def folder(self, path: str) -> Any:
        return self.content.searchIndex.FindByInventoryPath(path.strip("/"))

    def finish(self, task: Any) -> Any:
        WaitForTask(task, si=self._service)
        return task.info.result

    def _devices(self, moref: str, kind: Any) -> list[Any]:
        (devices,) = self.read(moref, "config.hardware.device").values()
        return [one for one in devices if isinstance(one, kind)]
