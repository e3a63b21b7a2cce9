"""Clusters, their nodes and their history on the wire."""

from datetime import datetime
from typing import Any

from api.schemas import Out
from provisioner.domain.conditions import Condition
from provisioner.domain.spec.cluster import API_PORT, CONTROL_PLANE, ClusterSpec
from provisioner.store.nodes import facts
from provisioner.store.overviews import Overview
from provisioner.store.tables import Event, Node


class Counts(Out):
    """`total` are the nodes not yet gone, whatever their phase."""

    ready: int
    total: int


class ClusterSummary(Out):
    """`number` is the id that nodes use. `operation` is the latest one's id."""

    id: str
    number: int
    name: str
    vcenter: str
    status: str
    generation: int
    observed_generation: int
    endpoint: str
    nodes: Counts
    operation: str | None
    created_at: datetime
    created_by: str
    deletion_requested_at: datetime | None


class ClusterList(Out):
    items: list[ClusterSummary]


class ClusterOut(ClusterSummary):
    conditions: list[Condition]
    spec: dict[str, Any]


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


class EventOut(Out):
    """`node` is the name of the node concerned."""

    number: int
    at: datetime
    type: str
    reason: str
    message: str
    node: str | None


class EventList(Out):
    items: list[EventOut]


class GroupCount(Out):
    group: str
    count: int


class PlannedRemoval(Out):
    node: str
    reason: str


class ShortageOut(Out):
    group: str
    missing: int
    reason: str


class PlanOut(Out):
    """What the next look would do. Removals of control plane nodes come one at a time."""

    create: list[GroupCount]
    remove: list[PlannedRemoval]
    tasks: list[str]
    shortages: list[ShortageOut]


class DryRunOut(Out):
    plan: PlanOut
    spec: dict[str, Any]


def document(spec: ClusterSpec) -> dict[str, Any]:
    """The spec as it is stored and shown: with its defaults, without what is not set."""
    return spec.model_dump(mode="json", by_alias=True, exclude_none=True)


def summary(found: Overview) -> ClusterSummary:
    return ClusterSummary(**_summary(found))


def cluster(found: Overview) -> ClusterOut:
    return ClusterOut(
        **_summary(found),
        conditions=[Condition.model_validate(one) for one in found.resource.conditions],
        spec=document(found.spec),
    )


def _summary(found: Overview) -> dict[str, Any]:
    row = found.resource
    return {
        "id": row.id,
        "number": row.number,
        "name": row.name,
        "vcenter": found.vcenter,
        "status": row.status,
        "generation": row.generation,
        "observed_generation": row.observed_generation,
        "endpoint": f"https://{found.spec.api_host}:{API_PORT}",
        "nodes": Counts(ready=found.ready, total=found.total),
        "operation": found.operation,
        "created_at": row.created_at,
        "created_by": row.created_by,
        "deletion_requested_at": row.deletion_requested_at,
    }


def order(row: Node) -> tuple[bool, str, datetime, str]:
    """The control plane first, then pool by pool."""
    return row.group != CONTROL_PLANE, row.group, row.created_at, row.name


def node(row: Node, power_state: str | None) -> NodeOut:
    known = facts(row)
    fields = {name: getattr(row, name) for name in _SAME}
    return NodeOut(
        **fields,
        role="master" if row.group == CONTROL_PLANE else "worker",
        step=known.step,
        since=known.since,
        vm=MachineOut(instance_uuid=row.instance_uuid, moref=row.moref, power_state=power_state),
    )


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
    "problem",
    "generation",
    "created_at",
    "ready_at",
)


def event(row: Event, node_name: str | None) -> EventOut:
    return EventOut(
        number=row.number,
        at=row.at,
        type=row.type,
        reason=row.reason,
        message=row.message,
        node=node_name,
    )
