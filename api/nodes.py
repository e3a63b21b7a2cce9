"""A resource's nodes on the wire."""

from datetime import datetime
from typing import Annotated

from fastapi import Query

from api.schemas import Out
from api.services import Services
from provisioner.domain.kinds import role
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.store import inventory, nodes, resources
from provisioner.store.nodes import facts
from provisioner.store.tables import Node
from provisioner.store.tokens import Caller

Everyone = Annotated[bool, Query(alias="all", description="Also those that are gone.")]


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


def nodes_of(use: Services, caller: Caller, whose: tuple[str, str], everyone: bool) -> NodeList:
    """`whose`: a resource's kind, and its id or name."""
    with use.database.read() as session:
        resource = resources.find_ever(session, caller.org_id, *whose)
        rows = nodes.of_resource(session, resource.id, gone=everyone)
        found = sorted(rows, key=_order)
        states = inventory.power_states(session, [row.instance_uuid for row in found])
        items = [_shown(resource.kind, row, states.get(row.instance_uuid)) for row in found]
        return NodeList(items=items)


def _order(row: Node) -> tuple[bool, str, datetime, str]:
    """The control plane first, then pool by pool."""
    return row.group != CONTROL_PLANE, row.group, row.created_at, row.name


def _shown(kind: str, row: Node, power_state: str | None) -> NodeOut:
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
