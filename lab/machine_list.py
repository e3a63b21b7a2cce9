"""What a vCenter itself says it has: asked by pyVmomi, not by way of the product."""

from contextlib import closing
from dataclasses import dataclass
from typing import Any

from pyVmomi import vim, vmodl

from lab.guests.session import GuestSession
from provisioner.domain.virtual_machines import VCenterAccess

WANTED = ("name", "runtime.powerState", "config.template", "parent")
PropertyCollector = vmodl.query.PropertyCollector


@dataclass(frozen=True)
class MachineSeen:
    """`folder` is the name of the folder the VM lies in."""

    name: str
    folder: str
    power: str
    template: bool


def machines(access: VCenterAccess) -> list[MachineSeen]:
    """All VMs and templates, sorted by folder and name."""
    with closing(_Connection(access)) as connection:
        folders = dict(connection.read(vim.Folder, ("name",)))
        found = connection.read(vim.VirtualMachine, WANTED)
    seen = [_machine(facts, folders) for _, facts in found]
    return sorted(seen, key=lambda one: (one.folder, one.name))


class _Connection:
    def __init__(self, access: VCenterAccess) -> None:
        self._session = GuestSession(access)
        self._content = self._session.call(lambda: self._session.content)

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
        self._content.sessionManager.Logout()
        self._session.close()


def _machine(facts: dict[str, Any], folders: dict[str, dict[str, Any]]) -> MachineSeen:
    folder = folders.get(facts["parent"]._moId, {})
    return MachineSeen(
        name=facts["name"],
        folder=folder.get("name", ""),
        power=facts["runtime.powerState"],
        template=facts["config.template"],
    )
