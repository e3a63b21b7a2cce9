"""The vCenter as its administrator sees and changes it, past the product."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from pyVmomi import vim, vmodl

from lab.guests.session import GuestSession
from lab.vcenter.simulator import SimulatedVCenter
from provisioner.domain.marks import only_marks
from provisioner.domain.virtual_machines import VCenterAccess
from tests.workflow.waiting import until

ROOT = "/DC1/vm/kubernetes"
TEMPLATE = "DC1/vm/templates/debian-12-node"
POOL = "DC1/host/compute-1/Resources"
SECONDS = 90
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Machine:
    moref: str
    name: str
    instance_uuid: str
    power_state: str
    marks: dict[str, str]
    extra_config: dict[str, str]
    macs: tuple[str, ...]
    folder: str


class Inspector:
    def __init__(self, vcenter: SimulatedVCenter) -> None:
        self._session = GuestSession(
            VCenterAccess(
                host=vcenter.host,
                port=vcenter.port,
                username=vcenter.username,
                password=SecretStr(vcenter.password),
                thumbprint=vcenter.thumbprint,
            )
        )

    def make_folder(self, name: str, below: str = ROOT) -> str:
        """Returns its inventory path."""
        self._session.call(lambda: self._at(below).CreateFolder(name))
        return f"{below}/{name}"

    def folders(self, path: str) -> list[str]:
        return [one.name for one in self._children(path, vim.Folder)]

    def machines(self, path: str) -> list[Machine]:
        """All VMs below the folder."""
        found = [_machine(vm) for vm in self._children(path, vim.VirtualMachine)]
        return [one for one in found if one is not None]

    def make_machine(
        self, path: str, name: str, *, uuid: str = "", extra_config: Mapping[str, str] = NOTHING
    ) -> str:
        """A VM nobody asked the product for; returns its moref."""
        options = _options(extra_config)
        config = vim.vm.ConfigSpec(instanceUuid=uuid or None, extraConfig=options)
        location = vim.vm.RelocateSpec(pool=self._at(POOL))
        spec = vim.vm.CloneSpec(location=location, config=config, powerOn=False, template=False)
        template, folder = self._at(TEMPLATE), self._at(path)
        made = self._done(lambda: template.CloneVM_Task(folder, name, spec))
        return str(made._moId)

    def set_extra_config(self, moref: str, values: Mapping[str, str]) -> None:
        spec = vim.vm.ConfigSpec(extraConfig=_options(values))
        self._done(lambda: self._vm(moref).ReconfigVM_Task(spec))

    def set_instance_uuid(self, moref: str, uuid: str) -> None:
        spec = vim.vm.ConfigSpec(instanceUuid=uuid)
        self._done(lambda: self._vm(moref).ReconfigVM_Task(spec))

    def report_address(self, moref: str, address: str) -> None:
        """As VMware Tools would."""
        self.set_extra_config(
            moref,
            {"SET.guest.toolsRunningStatus": "guestToolsRunning", "SET.guest.ipAddress": address},
        )

    def power_on(self, moref: str) -> None:
        self._done(lambda: self._vm(moref).PowerOnVM_Task())

    def power_off(self, moref: str) -> None:
        self._done(lambda: self._vm(moref).PowerOffVM_Task())

    def move(self, moref: str, path: str) -> None:
        self._done(lambda: self._at(path).MoveIntoFolder_Task([self._vm(moref)]))

    def rename(self, moref: str, name: str) -> None:
        self._done(lambda: self._vm(moref).Rename_Task(name))

    def destroy(self, moref: str) -> None:
        if self._session.call(lambda: self._vm(moref).runtime.powerState) == "poweredOn":
            self.power_off(moref)
        self._done(lambda: self._vm(moref).Destroy_Task())

    def destroy_folder(self, path: str) -> None:
        for machine in self.machines(path):
            self.destroy(machine.moref)
        self._done(lambda: self._at(path).Destroy_Task())

    def mark_as_template(self, moref: str) -> None:
        self._session.call(lambda: self._vm(moref).MarkAsTemplate())

    def mark_as_machine(self, moref: str) -> None:
        self._session.call(lambda: self._vm(moref).MarkAsVirtualMachine(self._at(POOL), None))

    def rename_folder(self, path: str, name: str) -> None:
        self._done(lambda: self._at(path).Rename_Task(name))

    def close(self) -> None:
        self._session.close()

    def _vm(self, moref: str) -> Any:
        return self._session.vm(moref)

    def _at(self, path: str) -> Any:
        return self._session.content.searchIndex.FindByInventoryPath(path.strip("/"))

    def _children(self, path: str, kind: Any) -> list[Any]:
        def look() -> list[Any]:
            views = self._session.content.viewManager
            view = views.CreateContainerView(self._at(path), [kind], True)
            try:
                return list(view.view)
            finally:
                view.DestroyView()

        return self._session.call(look)

    def _done(self, begin: Any) -> Any:
        task = self._session.call(begin)
        until(lambda: task.info.state in ("success", "error"), SECONDS)
        if task.info.error is not None:
            raise task.info.error
        return task.info.result


def _options(values: Mapping[str, str]) -> list[Any]:
    return [vim.option.OptionValue(key=key, value=value) for key, value in values.items()]


def _machine(vm: Any) -> Machine | None:
    """None when it went while we looked."""
    try:
        config, power_state, folder = vm.config, vm.runtime.powerState, vm.parent._moId
    except (vmodl.fault.ManagedObjectNotFound, AttributeError):
        return None
    extra_config = {one.key: one.value for one in config.extraConfig}
    cards = [
        one for one in config.hardware.device if isinstance(one, vim.vm.device.VirtualEthernetCard)
    ]
    return Machine(
        moref=str(vm._moId),
        name=config.name,
        instance_uuid=config.instanceUuid,
        power_state=power_state,
        marks=only_marks(extra_config),
        extra_config=extra_config,
        macs=tuple(card.macAddress for card in cards),
        folder=folder,
    )
