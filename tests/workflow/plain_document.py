"""The plainest document: groups of machines, the first of them the core."""

from collections.abc import Mapping
from typing import Any

from provisioner.domain.kinds import READERS
from provisioner.domain.planning.wishes import Desired, GroupWish, TaskWish, When
from provisioner.domain.spec.document import Document, Label
from provisioner.domain.spec.machine import Machine
from provisioner.domain.spec.placement import AddressPool, Placement
from provisioner.domain.wanted import GroupShape, Wanted

PLAIN, CORE = "plain", "core"
PREPARE, TICKETS, RELEASE = "prepare", "tickets", "release"
MEMBERS, CONFIGURED = "members", "configured"
TEMPLATE, OTHER_TEMPLATE = "debian-12-node", "ubuntu-24.04-node"


class Group(Machine):
    """`nics`: the addresses of each; None and absent ones by DHCP."""

    name: Label
    size: int
    vcenter: Label | None = None
    nics: tuple[AddressPool | None, ...] = ()


class PlainDocument(Document):
    groups: tuple[Group, ...]
    placement: Placement


def read(document: Mapping[str, Any], *, generation: int, epoch: int, deleting: bool) -> Wanted:
    given = PlainDocument.model_validate(document)
    wish = Desired(
        generation=generation,
        epoch=epoch,
        deleting=deleting,
        groups=tuple(_wish(group) for group in given.groups),
        tasks=_ENDING if deleting else _BUILDING,
    )
    shapes = {
        group.name: GroupShape(
            group.name, f"groups.{index}", group, given.placement, group.vcenter, group.nics
        )
        for index, group in enumerate(given.groups)
    }
    return Wanted(wish, shapes)


def _wish(group: Group) -> GroupWish:
    core = group.name == CORE
    return GroupWish(name=group.name, size=group.size, core=core, one_at_a_time=core)


_BUILDING = (
    TaskWish(name=PREPARE, when=When.BEFORE_NODES),
    TaskWish(name=TICKETS, when=When.ON_TURN),
    TaskWish(name=MEMBERS, when=When.WITH_MEMBERS),
    TaskWish(name=CONFIGURED, when=When.WITH_ANSWERS),
)
_ENDING = (TaskWish(name=RELEASE, when=When.AFTER_NODES),)


def document(core: int, others: Mapping[str, int]) -> dict[str, Any]:
    return {
        "groups": [_group(name, size) for name, size in ({CORE: core} | dict(others)).items()],
        "placement": {
            "datacenter": "DC1",
            "cluster": "compute-1",
            "datastore": "local-1",
            "networks": [{"name": "nodes"}],
        },
    }


def _group(name: str, size: int) -> dict[str, Any]:
    template = OTHER_TEMPLATE if name == "other" else TEMPLATE
    return {"name": name, "size": size, "template": template}


READERS[PLAIN] = read
