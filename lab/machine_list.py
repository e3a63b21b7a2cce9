"""What a vCenter itself says it has: asked by pyVmomi, not by way of the product."""

import ssl
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim, vmodl

from lab.vcenter.simulator import SimulatedVCenter

WANTED = ("name", "runtime.powerState", "config.template", "parent")
PropertyCollector = vmodl.query.PropertyCollector


@dataclass(frozen=True)
class MachineSeen:
    """`folder` is the name of the folder the VM lies in."""

    name: str
    folder: str
    power: str
    template: bool


def machines(vcenter: SimulatedVCenter) -> list[MachineSeen]:
    """All VMs and templates, sorted by folder and name."""
    service = SmartConnect(
        host=vcenter.host,
        port=vcenter.port,
        user=vcenter.username,
        pwd=vcenter.password,
        sslContext=ssl.create_default_context(cafile=str(vcenter.certificate)),
    )
    with closing(_Connection(service)) as connection:
        folders = dict(connection.read(vim.Folder, ("name",)))
        found = connection.read(vim.VirtualMachine, WANTED)
    seen = [_machine(facts, folders) for _, facts in found]
    return sorted(seen, key=lambda one: (one.folder, one.name))


class _Connection:
    def __init__(self, service: Any) -> None:
        self._service = service
        self._content = service.RetrieveContent()

    def read(self, kind: Any, paths: tuple[str, ...]) -> list[tuple[str, dict[str, Any]]]:
        """The properties of all objects of a kind, in one request."""
        content = self._content
        view = content.viewManager.CreateContainerView(content.rootFolder, [kind], True)
        along = PropertyCollector.TraversalSpec(
            name="view", type=type(view), path="view", skip=False
        )
        objects = PropertyCollector.ObjectSpec(obj=view, skip=True, selectSet=[along])
        wanted = PropertyCollector.PropertySpec(type=kind, pathSet=list(paths), all=False)
        filters = [PropertyCollector.FilterSpec(objectSet=[objects], propSet=[wanted])]
        found = content.propertyCollector.RetrieveContents(filters)
        view.DestroyView()
        return [(one.obj._moId, {item.name: item.val for item in one.propSet}) for one in found]

    def close(self) -> None:
        Disconnect(self._service)


def _machine(facts: dict[str, Any], folders: dict[str, dict[str, Any]]) -> MachineSeen:
    folder = folders.get(facts["parent"]._moId, {})
    return MachineSeen(
        name=facts["name"],
        folder=folder.get("name", ""),
        power=facts["runtime.powerState"],
        template=facts["config.template"],
    )
