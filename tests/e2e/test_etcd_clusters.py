"""Etcd clusters of VMs on the whole stack: real members, in stand-in guests."""

import pytest

from lab.leftovers import leftovers
from lab.service import Service
from lab.stack.stack import Stack
from tests.e2e.documents import cluster, etcd_cluster
from tests.e2e.world import vm_names

PATIENCE = 240


@pytest.mark.timeout(PATIENCE + 60)
def test_two_masters_keep_their_data_in_three_members(stack: Stack, service: Service) -> None:
    service.succeeded(service.ask("POST", "/etcd-clusters", etcd_cluster("shared")), PATIENCE)
    found = service.ask("GET", "/etcd-clusters/shared")
    assert (found["status"], found["nodes"]) == ("RUNNING", {"ready": 3, "total": 3})
    document = cluster("twins", masters=2)
    document["controlPlane"]["externalEtcd"] = {"etcdCluster": "shared"}
    service.succeeded(service.create(document), PATIENCE)
    assert len(vm_names(stack, "twins")) == 3
    service.succeeded(service.delete("twins"), PATIENCE)
    service.succeeded(service.ask("DELETE", "/etcd-clusters/shared"), PATIENCE)
    assert not vm_names(stack, "shared")
    assert not leftovers(stack)
