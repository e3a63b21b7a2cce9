"""Labels that a node may not give itself are refused before it tries."""

import pytest

from provisioner.domain.spec.checks import check
from provisioner.domain.spec.cluster import ClusterSpec
from tests.unit.documents import cluster_document


def faults(key: str) -> list[str]:
    pool = {"name": "pool1", "template": "debian-12-node", "labels": {key: "x"}}
    document = cluster_document(nodePools=[pool])
    return [fault.path for fault in check(ClusterSpec.model_validate(document))]


@pytest.mark.parametrize(
    "key", ["tier", "example.com/tier", "node.kubernetes.io/class", "kubernetes.io/os"]
)
def test_labels_a_node_may_set_are_accepted(key: str) -> None:
    assert faults(key) == []


@pytest.mark.parametrize(
    "key", ["node-role.kubernetes.io/worker", "kubernetes.io/mine", "team.k8s.io/x"]
)
def test_labels_reserved_by_kubernetes_are_refused(key: str) -> None:
    assert faults(key) == [f"nodePools.0.labels.{key}"]
