"""What a watch has seen so far, and what of it is worth telling. Pure: facts in, batches out."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, get_args

from pyVmomi import vim

from provisioner.domain.virtual_machines import (
    InventoryObject,
    NicSeen,
    ObjectType,
    VMSeen,
    WatchBatch,
)
from provisioner.vsphere.reading import Properties
from provisioner.vsphere.updates import Change

KNOWN_TYPES = frozenset(get_args(ObjectType))
VM = "VirtualMachine"
T = TypeVar("T", InventoryObject, VMSeen)


class Inventory:
    """`root`: the folder whose VMs are ours. VMs there are told as VMs, all else as objects."""

    def __init__(self, root: str) -> None:
        self.told = False
        self._root = root
        self._objects: dict[str, Any] = {}
        self._facts: dict[str, Properties] = {}
        self._machines: dict[str, Properties] = {}
        self._sizes: dict[str, int | None] = {}
        self._changed: set[str] = set()
        self._told_objects: dict[str, InventoryObject] = {}
        self._told_vms: dict[str, VMSeen] = {}

    def apply(self, changes: Iterable[Change], machines: str) -> None:
        """`machines` is the filter over our VMs; the other one is over the whole inventory."""
        for change in changes:
            self._changed.add(change.moref)
            was_template = self._is_template(change.moref)
            known = self._machines if change.filter == machines else self._facts
            if change.gone:
                known.pop(change.moref, None)
            else:
                known.setdefault(change.moref, {}).update(change.properties)
                self._objects[change.moref] = change.object
            if was_template != self._is_template(change.moref):
                self._sizes.pop(change.moref, None)

    def templates_without_size(self) -> list[str]:
        return [one for one in self._changed if self._is_template(one) and one not in self._sizes]

    def set_size(self, template: str, gib: int | None) -> None:
        self._sizes[template] = gib

    def batch(self) -> WatchBatch:
        """What has to be told since the last batch. The first one is full."""
        full, self.told = not self.told, True
        touched, self._changed = self._touched(), set()
        objects = {one: self._object(one) for one in touched}
        vms = {one: self._vm(one) for one in touched}
        new_objects, lost_objects = _differences(self._told_objects, objects)
        new_vms, lost_vms = _differences(self._told_vms, vms)
        for moref in self._objects.keys() - self._facts.keys() - self._machines.keys():
            del self._objects[moref]
        return WatchBatch(
            full=full,
            vms=new_vms,
            vms_gone=lost_vms,
            objects=new_objects,
            objects_gone=lost_objects,
        )

    def _touched(self) -> set[str]:
        """A renamed or moved container changes the paths of all that is below it."""
        containers = {one for one in self._changed if self._kind(one) != VM}
        return {*self._facts, *self._told_objects, *self._changed} if containers else self._changed

    def _object(self, moref: str) -> InventoryObject | None:
        facts = self._facts.get(moref)
        kind = self._kind(moref)
        if facts is None or kind not in KNOWN_TYPES or not facts.get("name"):
            return None
        above = self._above(moref)
        is_template = self._is_template(moref)
        if kind == VM and not is_template and (self._root in above or not above):
            return None
        names = [self._facts[one]["name"] for one in reversed(above)]
        return InventoryObject(
            moref=moref,
            type=kind,
            name=facts["name"],
            path="/" + "/".join([*names, facts["name"]]),
            parent=above[0] if above else None,
            is_template=is_template,
            disk_gib=self._sizes.get(moref),
            owner=_moref(facts.get("owner")),
        )

    def _vm(self, moref: str) -> VMSeen | None:
        facts = self._machines.get(moref)
        if facts is None or self._is_template(moref):
            return None
        return vm_seen(moref, facts)

    def _above(self, moref: str) -> list[str]:
        """Its containers from the nearest to the datacenter; the inventory's root isn't one."""
        above = []
        parent = _moref(self._facts[moref].get("parent"))
        while parent is not None and parent in self._facts:
            above.append(parent)
            parent = _moref(self._facts[parent].get("parent"))
        return above

    def _is_template(self, moref: str) -> bool:
        return bool(self._facts.get(moref, {}).get("config.template"))

    def _kind(self, moref: str) -> Any:
        known = self._objects.get(moref)
        return None if known is None else known._wsdlName


def vm_seen(moref: str, facts: Mapping[str, Any]) -> VMSeen | None:
    """None while vCenter is still making the VM and doesn't say who it is."""
    folder = _moref(facts.get("parent"))
    uuid, name = facts.get("config.instanceUuid"), facts.get("name")
    power_state = facts.get("runtime.powerState")
    if folder is None or not uuid or not name or power_state is None:
        return None
    running = vim.vm.GuestInfo.ToolsRunningStatus.guestToolsRunning
    return VMSeen(
        moref=moref,
        instance_uuid=uuid,
        name=name,
        folder=folder,
        power_state=power_state,
        tools_running=facts.get("guest.toolsRunningStatus") == running,
        nics=tuple(_nics(facts.get("guest.net"))),
    )


def _nics(guest_net: Iterable[Any] | None) -> Iterable[NicSeen]:
    for nic in guest_net or ():
        if nic.macAddress:
            yield NicSeen(mac=nic.macAddress.lower(), addresses=tuple(nic.ipAddress or ()))


def _moref(managed: Any) -> str | None:
    return None if managed is None else str(managed._moId)


def _differences(
    told: dict[str, T], now: Mapping[str, T | None]
) -> tuple[tuple[T, ...], tuple[str, ...]]:
    """What is new or different, and what is no more; brings `told` up to date."""
    new, lost = [], []
    for moref, one in now.items():
        before = told.get(moref)
        if one is None and before is not None:
            del told[moref]
            lost.append(moref)
        elif one is not None and one != before:
            told[moref] = one
            new.append(one)
    return tuple(new), tuple(lost)
