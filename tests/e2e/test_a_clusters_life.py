"""From POST to nothing left, on the whole stack."""

import yaml

from lab.leftovers import leftovers
from lab.service import Service
from lab.stack.stack import Stack
from tests.e2e.documents import cluster
from tests.e2e.world import vm_names


def test_a_cluster_is_made_scaled_and_deleted_without_a_trace(
    stack: Stack, service: Service
) -> None:
    service.succeeded(service.create(cluster("life", masters=3, workers=2)))
    assert service.cluster("life")["status"] == "RUNNING"
    names = sorted(node["name"] for node in service.nodes("life"))
    assert vm_names(stack, "life") == names
    service.succeeded(service.resize("life", "workers", size=4))
    assert len(vm_names(stack, "life")) == 7
    service.succeeded(service.resize("life", "workers", size=1))
    assert len(vm_names(stack, "life")) == 4
    service.succeeded(service.delete("life"))
    assert not vm_names(stack, "life")
    assert not leftovers(stack)


def test_a_chosen_node_goes_and_the_others_stay(stack: Stack, service: Service) -> None:
    service.succeeded(service.create(cluster("chosen", workers=2)))
    workers = [node["name"] for node in service.nodes("chosen") if node["role"] == "worker"]
    service.succeeded(service.resize("chosen", "workers", remove=[workers[0]]))
    left = [node["name"] for node in service.nodes("chosen") if node["role"] == "worker"]
    assert left == [workers[1]]
    reasons = [event["reason"] for event in service.events("chosen")]
    assert reasons.index("NodeRetired") < reasons.index("NodeRemoved")
    service.succeeded(service.delete("chosen"))


def test_the_kubeconfig_is_ours_and_short_lived(service: Service) -> None:
    document = cluster("config", workers=0)
    service.succeeded(service.create(document))
    config = yaml.safe_load(service.text("/clusters/config/kubeconfig"))
    vip = document["endpoint"]["vip"]
    assert config["clusters"][0]["cluster"]["server"] == f"https://{vip}:6443"
    assert "exec" not in config["users"][0]["user"]
    service.succeeded(service.delete("config"))


def test_deletion_does_not_wait_for_a_creation_under_way(stack: Stack, service: Service) -> None:
    creation = service.create(cluster("undone", masters=3, workers=2))
    service.succeeded(service.delete("undone"))
    assert service.outcome(creation)["state"] == "superseded"
    assert not vm_names(stack, "undone")
