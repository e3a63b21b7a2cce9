"""Etcd clusters on the wire."""

from datetime import datetime
from typing import Any

from api.clusters.schemas import Counts, conditions
from api.schemas import Out
from provisioner.domain.conditions import Condition
from provisioner.domain.etcd_clusters import endpoints
from provisioner.domain.spec.etcd_cluster import EtcdClusterSpec
from provisioner.store.overviews import Overview


class EtcdClusterSummary(Out):
    """`number` is the id that members use; `clusters` are those that keep their data here."""

    id: str
    number: int
    name: str
    vcenter: str
    status: str
    generation: int
    observed_generation: int
    endpoints: list[str]
    nodes: Counts
    clusters: list[str]
    operation: str | None
    created_at: datetime
    created_by: str
    deletion_requested_at: datetime | None


class EtcdClusterList(Out):
    items: list[EtcdClusterSummary]


class EtcdClusterOut(EtcdClusterSummary):
    conditions: list[Condition]
    spec: dict[str, Any]


def document(spec: EtcdClusterSpec) -> dict[str, Any]:
    """The spec as it is stored and shown: with its defaults, without what is not set."""
    return spec.model_dump(mode="json", by_alias=True, exclude_none=True)


def summary(found: Overview[EtcdClusterSpec], users: list[str]) -> EtcdClusterSummary:
    return EtcdClusterSummary(**_summary(found, users))


def etcd_cluster(found: Overview[EtcdClusterSpec], users: list[str]) -> EtcdClusterOut:
    return EtcdClusterOut(
        **_summary(found, users),
        conditions=conditions(found.resource),
        spec=document(found.spec),
    )


def _summary(found: Overview[EtcdClusterSpec], users: list[str]) -> dict[str, Any]:
    row = found.resource
    return {
        "id": row.id,
        "number": row.number,
        "name": row.name,
        "vcenter": found.vcenter,
        "status": row.status,
        "generation": row.generation,
        "observed_generation": row.observed_generation,
        "endpoints": endpoints(found.spec),
        "nodes": Counts(ready=found.ready, total=found.total),
        "clusters": users,
        "operation": found.operation,
        "created_at": row.created_at,
        "created_by": row.created_by,
        "deletion_requested_at": row.deletion_requested_at,
    }
