"""What all kinds of resources have in common on the wire."""

from datetime import datetime
from typing import Any, TypeVar

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from api.schemas import Out
from provisioner.domain.conditions import Condition
from provisioner.domain.spec.document import Document
from provisioner.store.overviews import Overview
from provisioner.store.tables import Resource

S = TypeVar("S", bound=Document)


class ResourceSummary(Out):
    """`operation` is the latest one's id."""

    id: str
    name: str
    vcenter: str
    status: str
    operation: str | None
    created_at: datetime
    created_by: str
    deletion_requested_at: datetime | None


class Counts(Out):
    """`total` are the nodes not yet gone, whatever their phase."""

    ready: int
    total: int


class GroupsSummary(ResourceSummary):
    """Of something made of groups of VMs. `number` is the id that its nodes use."""

    number: int
    generation: int
    observed_generation: int
    nodes: Counts


class SeenCondition(Condition):
    """`seenAt`: when it was last looked at; null when it follows from what is on record."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    seen_at: datetime | None = None


def summary(found: Overview[S]) -> dict[str, Any]:
    """The fields of a ResourceSummary."""
    row = found.resource
    return {
        "id": row.id,
        "name": row.name,
        "vcenter": found.vcenter,
        "status": row.status,
        "operation": found.operation,
        "created_at": row.created_at,
        "created_by": row.created_by,
        "deletion_requested_at": row.deletion_requested_at,
    }


def groups_summary(found: Overview[S]) -> dict[str, Any]:
    """The fields of a GroupsSummary."""
    row = found.resource
    return summary(found) | {
        "number": row.number,
        "generation": row.generation,
        "observed_generation": row.observed_generation,
        "nodes": Counts(ready=found.ready, total=found.total),
    }


def conditions(row: Resource) -> list[SeenCondition]:
    """What the plan says of it, and what regular care finds."""
    found = [SeenCondition.model_validate(one) for one in row.conditions]
    for one in row.care_conditions:
        found.append(SeenCondition.model_validate(one | {"seen_at": row.cared_at}))
    return found


def document(spec: Document) -> dict[str, Any]:
    """The spec as it is stored and shown: with its defaults, without what is not set."""
    return spec.model_dump(mode="json", by_alias=True, exclude_none=True)
