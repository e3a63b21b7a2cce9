"""VMs on the simulated vCenter, made with as little code as will do."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from pydantic import SecretStr
from pyVmomi import vim, vmodl

from lab.guests.session import GuestSession
from lab.vcenter.simulator import SimulatedVCenter
from lab.waiting import wait_until
from provisioner.domain.virtual_machines import VCenterAccess

SECONDS = 90.0
TEMPLATE, FOLDER = "/DC1/vm/templates/debian-12-node", "/DC1/vm/kubernetes"


class Hypervisor:
    def __init__(self, simulated: SimulatedVCenter) -> None:
        access = VCenterAccess(
            host=simulated.host,
            port=simulated.port,
            username=simulated.username,
            password=SecretStr(simulated.password),
            thumbprint=simulated.thumbprint,
        )
        self._session = GuestSession(access)

    def close(self) -> None:
        self._session.close()

    def clone(self, name: str, mac: str, extra_config: Mapping[str, str]) -> str:
        template, card, folder, place = self._session.call(lambda: self._origin)
        card.macAddress, card.addressType = mac, "manual"
        edit = vim.vm.device.VirtualDeviceSpec(operation="edit", device=card)
        options = [vim.option.OptionValue(key=k, value=v) for k, v in extra_config.items()]
        config = vim.vm.ConfigSpec(deviceChange=[edit], extraConfig=options, instanceUuid=name)
        spec = vim.vm.CloneSpec(location=place, config=config, powerOn=False)
        return str(self._done(template.CloneVM_Task(folder, name, spec))._moId)

    @cached_property
    def _origin(self) -> tuple[Any, Any, Any, Any]:
        """What every clone is made from, and where: the template, its NIC, folder and pool."""
        template = self._find(TEMPLATE)
        devices = template.config.hardware.device
        cards = [one for one in devices if isinstance(one, vim.vm.device.VirtualEthernetCard)]
        place = vim.vm.RelocateSpec(pool=self._find("/DC1/host/compute-1").resourcePool)
        return template, cards[0], self._find(FOLDER), place

    def power_on(self, *morefs: str) -> None:
        vms = [self._session.vm(moref) for moref in morefs]
        self._done(self._session.call(lambda: self._find("/DC1").PowerOnMultiVM_Task(vms)))

    def remove(self, moref: str) -> None:
        """Powered off and destroyed; gone already is fine."""
        vm = self._session.vm(moref)
        try:
            if self._session.call(lambda: vm.runtime.powerState) == "poweredOn":
                self._done(vm.PowerOffVM_Task())
            self._done(vm.Destroy_Task())
        except vmodl.fault.ManagedObjectNotFound:
            return

    def guest(self, moref: str) -> tuple[str, str | None]:
        """Whether Tools run, and the guest's address as they report it."""
        vm = self._session.vm(moref)
        status = self._session.call(lambda: vm.guest.toolsRunningStatus)
        nics = self._session.call(lambda: vm.guest.net)
        return str(status), nics[0].ipAddress[0] if nics and nics[0].ipAddress else None

    def _find(self, path: str) -> Any:
        return self._session.content.searchIndex.FindByInventoryPath(path.strip("/"))

    def _done(self, task: Any) -> Any:
        assert wait_until(lambda: task.info.state in ("success", "error"), SECONDS)
        assert task.info.state == "success", task.info.error
        return task.info.result
