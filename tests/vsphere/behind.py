"""Looks at the simulated vCenter, and changes things there, behind the adapter's back."""

import contextlib
import ssl
from typing import Any

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
