"""What people do to VMs in vCenter itself, past the product, and see there: by pyVmomi."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim

from lab.vcenter.simulator import SimulatedVCenter


def power_off(vcenter: SimulatedVCenter, name: str) -> None:
    with _machine(vcenter, name) as machine:
        WaitForTask(machine.PowerOffVM_Task())


def destroy(vcenter: SimulatedVCenter, name: str) -> None:
    """Pulled out like a plug, then deleted with its disks."""
    with _machine(vcenter, name) as machine:
        if machine.runtime.powerState == "poweredOn":
            WaitForTask(machine.PowerOffVM_Task())
        WaitForTask(machine.Destroy_Task())


def extra_config(vcenter: SimulatedVCenter, name: str) -> dict[str, str]:
    with _machine(vcenter, name) as machine:
        return {one.key: one.value for one in machine.config.extraConfig}


@contextmanager
def _machine(vcenter: SimulatedVCenter, name: str) -> Iterator[Any]:
    """Raises KeyError when there is no VM of that name."""
    service = SmartConnect(
        host=vcenter.host,
        port=vcenter.port,
        user=vcenter.username,
        pwd=vcenter.password,
        sslContext=ssl.create_default_context(cafile=str(vcenter.certificate)),
    )
    try:
        content = service.RetrieveContent()
        view = content.viewManager.CreateContainerView(
            content.rootFolder, [vim.VirtualMachine], True
        )
        yield {machine.name: machine for machine in view.view}[name]
    finally:
        Disconnect(service)
