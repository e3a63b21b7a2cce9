"""Clusters on the wire."""

from datetime import datetime
from typing import Any

from api.schemas import Out
from provisioner.domain.conditions import Condition
from provisioner.domain.spec.cluster import API_PORT, ClusterSpec
from provisioner.store.overviews import Overview
from provisioner.store.tables import Resource


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


def document(spec: ClusterSpec) -> dict[str, Any]:
    """The spec as it is stored and shown: with its defaults, without what is not set."""
    return spec.model_dump(mode="json", by_alias=True, exclude_none=True)


def summary(found: Overview[ClusterSpec]) -> ClusterSummary:
    return ClusterSummary(**_summary(found))


def cluster(found: Overview[ClusterSpec]) -> ClusterOut:
    return ClusterOut(
        **_summary(found),
        conditions=conditions(found.resource),
        spec=document(found.spec),
    )


def conditions(row: Resource) -> list[Condition]:
    """What the plan says of it, and what regular care finds."""
    found = (*row.conditions, *row.care_conditions)
    return [Condition.model_validate(one) for one in found]


def _summary(found: Overview[ClusterSpec]) -> dict[str, Any]:
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
