"""Clusters on the wire."""

from typing import Any

from api.resources import GroupsSummary, SeenCondition, conditions, document, groups_summary
from api.schemas import Out
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.endpoint import API_PORT
from provisioner.store.overviews import Overview


class ClusterSummary(GroupsSummary):
    endpoint: str


class ClusterList(Out):
    items: list[ClusterSummary]


class ClusterOut(ClusterSummary):
    conditions: list[SeenCondition]
    spec: dict[str, Any]


def summary(found: Overview[ClusterSpec]) -> ClusterSummary:
    return ClusterSummary(**_summary(found))


def cluster(found: Overview[ClusterSpec]) -> ClusterOut:
    return ClusterOut(
        **_summary(found), conditions=conditions(found.resource), spec=document(found.spec)
    )


def _summary(found: Overview[ClusterSpec]) -> dict[str, Any]:
    return groups_summary(found) | {"endpoint": f"https://{found.spec.api_host}:{API_PORT}"}
