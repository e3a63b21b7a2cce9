"""A cluster's nodes on the wire."""

from datetime import datetime

from api.schemas import Out
from provisioner.domain.kinds import role
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.store.nodes import facts
from provisioner.store.tables import Node


class MachineOut(Out):
    instance_uuid: str
    moref: str | None
    power_state: str | None


class NodeOut(Out):
    """One VM. `since` is when its present step began; `replaces` the node whose retry it is."""

    id: str
    name: str
    group: str
    role: str
    phase: str
    step: str
    since: datetime
    progress: str | None
    attempt: int
    replaces: str | None
    address: str | None
    vm: MachineOut
    failure: str | None
    problem: str | None
    generation: int
    created_at: datetime
    ready_at: datetime | None


class NodeList(Out):
    items: list[NodeOut]


def order(row: Node) -> tuple[bool, str, datetime, str]:
    """The control plane first, then pool by pool."""
    return row.group != CONTROL_PLANE, row.group, row.created_at, row.name


def node(kind: str, row: Node, power_state: str | None) -> NodeOut:
    known = facts(row)
    fields = {name: getattr(row, name) for name in _SAME}
    return NodeOut(
        **fields,
        role=role(kind, row.group),
        problem=row.problem or _loss(row) or row.misconfigured,
        step=known.step,
        since=known.since,
        vm=MachineOut(instance_uuid=row.instance_uuid, moref=row.moref, power_state=power_state),
    )


def _loss(row: Node) -> str | None:
    held = f" (its replacement is held back: {row.held_back})" if row.held_back else ""
    return f"{row.lost}{held}" if row.lost else None


_SAME = (
    "id",
    "name",
    "group",
    "phase",
    "progress",
    "attempt",
    "replaces",
    "address",
    "failure",
    "generation",
    "created_at",
    "ready_at",
)
