"""Add-ons of clusters on the whole stack; the clusters' API is the in-memory one."""

from typing import Any

from lab.service import Service
from tests.e2e.documents import cluster

NOWHERE = {"cniManifest": {"file": "calico.yaml", "sha256": "0" * 64}}


def listed(service: Service, name: str) -> dict[str, dict[str, Any]]:
    items = service.ask("GET", f"/clusters/{name}/addons")["items"]
    return {one["name"]: one for one in items}


def test_they_are_there_when_the_cluster_runs_and_go_when_switched_off(service: Service) -> None:
    service.succeeded(service.create(cluster("equipped")))
    found = listed(service, "equipped")
    assert {name: found[name]["state"] for name in ("cni", "load-balancer")} == {
        "cni": "installed",
        "load-balancer": "installed",
    }
    change = {"loadBalancer": {"enabled": False}}
    service.succeeded(service.ask("PATCH", "/clusters/equipped/addons", change))
    assert listed(service, "equipped")["load-balancer"]["state"] == "absent"
    service.succeeded(service.delete("equipped"))


def test_one_that_fails_stops_nothing_else_and_says_why(service: Service) -> None:
    document = cluster("unequipped")
    document["kubernetes"] |= {"cni": "calico"}
    ended = service.outcome(service.create(document | {"addOns": NOWHERE}))
    assert ended["state"] == "failed"
    assert "PKE_ADD_ON_MANIFESTS" in ended["reason"]
    assert service.cluster("unequipped")["status"] == "DEGRADED"
    assert {node["phase"] for node in service.nodes("unequipped")} == {"ready"}
    found = listed(service, "unequipped")
    assert (found["cni"]["state"], found["load-balancer"]["state"]) == ("failed", "installed")
    service.succeeded(service.delete("unequipped"))
