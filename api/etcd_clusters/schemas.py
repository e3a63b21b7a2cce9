"""Etcd clusters on the wire."""

from typing import Any

from api.resources import GroupsSummary, SeenCondition, conditions, document, groups_summary
from api.schemas import Out
from provisioner.domain.etcd_clusters import endpoints
from provisioner.domain.spec.etcd_cluster import EtcdClusterSpec
from provisioner.store.overviews import Overview


class EtcdClusterSummary(GroupsSummary):
    """`clusters` are those that keep their data here."""

    endpoints: list[str]
    clusters: list[str]


class EtcdClusterList(Out):
    items: list[EtcdClusterSummary]


class EtcdClusterOut(EtcdClusterSummary):
    conditions: list[SeenCondition]
    spec: dict[str, Any]


def summary(found: Overview[EtcdClusterSpec], users: list[str]) -> EtcdClusterSummary:
    return EtcdClusterSummary(**_summary(found, users))


def etcd_cluster(found: Overview[EtcdClusterSpec], users: list[str]) -> EtcdClusterOut:
    return EtcdClusterOut(
        **_summary(found, users),
        conditions=conditions(found.resource),
        spec=document(found.spec),
    )


def _summary(found: Overview[EtcdClusterSpec], users: list[str]) -> dict[str, Any]:
    return groups_summary(found) | {"endpoints": endpoints(found.spec), "clusters": users}
