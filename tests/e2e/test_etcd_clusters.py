"""Etcd clusters of VMs on the whole stack: real members, in stand-in guests."""

from typing import Any

import pytest

from lab.hands import destroy
from lab.leftovers import leftovers
from lab.service import Service
from lab.stack.stack import Stack
from lab.waiting import wait_until
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


@pytest.mark.timeout(PATIENCE + 60)
def test_a_lost_member_is_succeeded_at_its_address(stack: Stack, service: Service) -> None:
    service.succeeded(service.ask("POST", "/etcd-clusters", etcd_cluster("lossy")), PATIENCE)
    before = members(service, "lossy")
    lost = before[0]
    destroy(stack.servers.vcenter, lost["name"])

    def is_succeeded() -> bool:
        now = members(service, "lossy")
        names = {node["name"] for node in now if node["phase"] == "ready"}
        return len(names) == 3 and lost["name"] not in names

    assert wait_until(is_succeeded, PATIENCE), service.ask("GET", "/etcd-clusters/lossy/events")
    after = members(service, "lossy")
    assert {node["address"] for node in after} == {node["address"] for node in before}
    service.succeeded(service.ask("DELETE", "/etcd-clusters/lossy"), PATIENCE)
    assert not vm_names(stack, "lossy")


def members(service: Service, name: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = service.ask("GET", f"/etcd-clusters/{name}/nodes")["items"]
    return items
