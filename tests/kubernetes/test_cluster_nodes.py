from typing import Any

import pytest

from lab.guests.kubernetes.cluster import InMemoryCluster
from lab.guests.kubernetes.pods import SeedPod
from lab.guests.kubernetes.resources import NODES


@pytest.fixture
def worker(cluster) -> str:
    cluster.add_node("worker-1", ["10.0.0.21"])
    return "worker-1"


def stored(cluster: InMemoryCluster, name: str) -> dict[str, Any]:
    return cluster.objects.get(NODES, "", name)


def test_a_node_is_there_once_its_kubelet_registered(api, cluster, worker):
    assert not api.has_node("worker-2")
    cluster.add_node("worker-2", ready=False)
    assert api.has_node(worker)
    assert api.has_node("worker-2")


def test_nodes_that_are_not_ready_are_told_with_why(api, cluster, worker):
    cluster.add_node("worker-2", ready=False)
    assert list(api.nodes_not_ready()) == ["worker-2"]
    cluster.set_ready("worker-2", ready=True)
    assert api.nodes_not_ready() == {}


def test_cordoning_keeps_new_pods_away_and_may_be_repeated(api, cluster, worker):
    api.cordon(worker)
    api.cordon(worker)
    assert stored(cluster, worker)["spec"]["unschedulable"]


def test_cordoning_changes_nothing_else(api, cluster, worker):
    before = stored(cluster, worker)
    api.cordon(worker)
    after = stored(cluster, worker)
    assert after["spec"] == before["spec"] | {"unschedulable": True}
    assert after["status"] == before["status"]


def test_deleting_a_node_takes_its_pods_and_may_be_repeated(api, cluster, worker):
    cluster.add_pod(SeedPod("default", "web-1", worker))
    api.delete_node(worker)
    api.delete_node(worker)
    assert not api.has_node(worker)
    assert cluster.pod_names() == []


def test_what_is_gone_is_cordoned_and_drained_enough(api):
    api.cordon("never-was")
    api.drain("never-was", 0, tick=lambda: None)
