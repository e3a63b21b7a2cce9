import pytest

from lab.guests.kubernetes.pods import SeedPod
from lab.guests.kubernetes.resources import NODES
from provisioner.kubernetes.node_facts import NodeFacts


@pytest.fixture
def worker(cluster) -> str:
    cluster.add_node("worker-1", ["10.0.0.21"])
    return "worker-1"


def test_an_answering_api_is_live(api):
    assert api.is_live()


def test_nodes_are_known_by_name_with_their_facts(api, cluster, worker):
    cluster.add_node("master-1", ["10.0.0.11", "fd00::11"], ready=False)
    assert api.nodes() == {
        "worker-1": NodeFacts(
            name="worker-1", ready=True, addresses=("10.0.0.21",), unschedulable=False
        ),
        "master-1": NodeFacts(
            name="master-1", ready=False, addresses=("10.0.0.11", "fd00::11"), unschedulable=False
        ),
    }


def test_a_node_that_never_reported_is_not_ready(api, cluster):
    cluster.objects.create(NODES, "", {"metadata": {"name": "new"}, "spec": {}, "status": {}})
    assert api.nodes()["new"].ready is False


def test_an_empty_cluster_has_no_nodes(api):
    assert api.nodes() == {}


def test_cordoning_keeps_new_pods_away_and_may_be_repeated(api, worker):
    api.cordon(worker)
    api.cordon(worker)
    assert api.nodes()[worker].unschedulable


def test_cordoning_changes_nothing_else(api, cluster, worker):
    before = api.nodes()[worker]
    api.cordon(worker)
    assert api.nodes()[worker] == before.model_copy(update={"unschedulable": True})


def test_deleting_a_node_takes_its_pods_and_may_be_repeated(api, cluster, worker):
    cluster.add_pod(SeedPod("default", "web-1", worker))
    api.delete_node(worker)
    api.delete_node(worker)
    assert api.nodes() == {}
    assert cluster.pod_names() == []


def test_what_is_gone_is_cordoned_and_drained_enough(api):
    api.cordon("never-was")
    api.drain("never-was", 0, tick=lambda: None)
