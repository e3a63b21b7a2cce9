"""POST /clusters: what is accepted and recorded."""

import base64
import random
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from provisioner.store import vcenters
from provisioner.store.tables import Lease, Resource
from tests.api.asking import create, faults, shown
from tests.api.inventory import ROOT
from tests.api.served import Api
from tests.unit.documents import cluster_document


def leases(api: Api) -> list[tuple[str, str]]:
    query = select(Lease).where(Lease.domain.startswith(api.vcenter_uuid))
    with api.database.read() as session:
        return sorted((one.kind, one.value) for one in session.scalars(query))


def resources(api: Api) -> int:
    query = select(Resource).where(Resource.org_id == api.organisation())
    with api.database.read() as session:
        return len(session.scalars(query).all())


def test_accepted(operator: httpx.Client) -> None:
    answer = operator.post("/clusters", json=cluster_document())
    assert answer.status_code == 202, answer.text
    operation = answer.json()
    assert (operation["kind"], operation["state"]) == ("create", "running")
    assert answer.headers["location"] == f"/clusters/{operation['cluster']['id']}"
    found = operator.get(answer.headers["location"]).json()
    assert (found["name"], found["status"]) == ("c1", "CREATING")
    assert (found["generation"], found["observedGeneration"]) == (1, 0)
    assert found["endpoint"] == "https://10.0.0.10:6443"
    assert found["operation"] == operation["id"]
    assert found["createdAt"].endswith("Z")
    assert operator.get(f"/operations/{operation['id']}").json() == operation


def test_defaults_are_shown(operator: httpx.Client) -> None:
    spec = create(operator)["spec"]
    assert spec["kubernetes"]["podCIDR"] == "10.244.0.0/16"
    assert spec["controlPlane"]["memoryMiB"] == 4096


def test_vip_and_vrid_are_leased(api: Api, operator: httpx.Client) -> None:
    create(operator)
    assert leases(api) == [("vip", "10.0.0.10"), ("vrid", "1")]


def test_a_disk_that_would_have_to_shrink_is_refused_at_once(
    api: Api, operator: httpx.Client
) -> None:
    pool = {"name": "small", "size": 1, "template": "debian-12-node", "diskGiB": 5}
    body = cluster_document(nodePools=[pool])
    for path in ("/clusters", "/clusters?dryRun=true"):
        told = faults(operator.post(path, json=body))
        assert list(told) == ["nodePools.0.diskGiB"]
        assert "20 GiB" in told["nodePools.0.diskGiB"]
    assert resources(api) == 0


def test_external_endpoint_takes_no_vrid(api: Api, operator: httpx.Client) -> None:
    endpoint = {"mode": "external", "dnsName": "k8s.example.com"}
    found = create(operator, cluster_document(endpoint=endpoint))
    assert found["endpoint"] == "https://k8s.example.com:6443"
    assert leases(api) == []


def test_found_by_name_and_listed(operator: httpx.Client, viewer: httpx.Client) -> None:
    found = create(operator)
    assert shown(viewer, "c1") == found
    [summary] = viewer.get("/clusters").json()["items"]
    assert summary == {k: v for k, v in found.items() if k not in ("spec", "conditions")}


def test_events_begin_with_the_request(operator: httpx.Client) -> None:
    create(operator)
    [first] = operator.get("/clusters/c1/events").json()["items"]
    assert (first["number"], first["reason"]) == (1, "CreationRequested")
    assert operator.get("/clusters/c1/events?after=1").json() == {"items": []}


def test_all_faults_at_once(operator: httpx.Client) -> None:
    """Types, the document against itself, and the inventory, in one answer."""
    document = cluster_document(
        kubernetes={"version": "latest"},
        loadBalancerRanges=["10.0.0.5-10.0.0.20"],
        colour="blue",
    )
    document["placement"]["datastore"] = "nowhere"
    document["nodePools"].append({"name": "pool1", "size": -1, "template": "missing"})
    found = faults(operator.post("/clusters", json=document))
    assert set(found) == {
        "colour",
        "endpoint.vip",
        "kubernetes.version",
        "nodePools.1.name",
        "nodePools.1.size",
        "nodePools.1.template",
        "placement.datastore",
    }
    assert "local-1" in found["placement.datastore"]
    assert "debian-12-node" in found["nodePools.1.template"]


@pytest.mark.parametrize(
    ("changes", "path", "advice"),
    [
        ({"resourcePool": "production", "cluster": None}, "resourcePool", "/DC1/host/compute-1"),
        ({"cluster": "compute-9"}, "cluster", "compute-1, compute-2"),
        ({"datacenter": "DC9"}, "datacenter", "DC1"),
        ({"folder": "templates"}, "folder", f"below {ROOT}"),
        ({"networks": [{"name": "nodes"}, {"name": "lost"}]}, "networks.1.name", "others"),
    ],
)
def test_each_name_is_one_object(
    operator: httpx.Client, changes: dict[str, Any], path: str, advice: str
) -> None:
    placement = cluster_document()["placement"] | changes
    document = cluster_document(placement={k: v for k, v in placement.items() if v is not None})
    found = faults(operator.post("/clusters", json=document))
    assert list(found) == [f"placement.{path}"]
    assert advice in found[f"placement.{path}"]


def test_a_vm_is_no_template(operator: httpx.Client) -> None:
    document = cluster_document(controlPlane={"template": "a-plain-vm"})
    found = faults(operator.post("/clusters", json=document))
    assert "not a template" in found["controlPlane.template"]


def test_override_of_a_placement(operator: httpx.Client) -> None:
    document = cluster_document()
    document["nodePools"][0]["placement"] = {"cluster": "compute-2", "networks": None}
    assert create(operator, document)["spec"]["nodePools"][0]["placement"] == {
        "cluster": "compute-2"
    }


def test_unknown_vcenter(operator: httpx.Client) -> None:
    document = cluster_document(vcenter="elsewhere", kubernetes={"version": "1"})
    found = faults(operator.post("/clusters", json=document))
    assert set(found) == {"vcenter", "kubernetes.version"}
    assert "register the vCenter" in found["vcenter"]


def test_name_like_an_id(operator: httpx.Client) -> None:
    document = cluster_document(name="5b7b4a5e-0000-4000-8000-00000000000a")
    assert set(faults(operator.post("/clusters", json=document))) == {"name"}


def test_dry_run_leaves_nothing(api: Api, operator: httpx.Client) -> None:
    answer = operator.post(
        "/clusters?dryRun=true", json=cluster_document(), headers={"Idempotency-Key": "one"}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["plan"] == {
        "create": [{"group": "control-plane", "count": 3}, {"group": "pool1", "count": 2}],
        "remove": [],
        "tasks": ["certificates", "load-balancer", "join-tokens"],
        "shortages": [],
        "heldBack": [],
    }
    assert answer.json()["spec"]["name"] == "c1"
    assert resources(api) == 0
    assert leases(api) == []


def test_dry_run_names_faults_too(operator: httpx.Client) -> None:
    answer = operator.post("/clusters?dryRun=true", json=cluster_document(vcenter="x"))
    assert set(faults(answer)) == {"vcenter"}


def test_dry_run_shows_what_leases_leave(operator: httpx.Client) -> None:
    """Another cluster's VIP lies in the range given to the nodes."""
    create(operator, cluster_document(endpoint={"vip": "10.0.0.21"}))
    document = cluster_document(name="c2")
    addresses = {"ranges": ["10.0.0.20-10.0.0.21"], "prefixLength": 24}
    document["nodePools"][0]["addresses"] = addresses
    plan = operator.post("/clusters?dryRun=true", json=document).json()["plan"]
    assert {"group": "pool1", "count": 1} in plan["create"]
    [shortage] = plan["shortages"]
    assert (shortage["group"], shortage["missing"]) == ("pool1", 1)


def random_key(size: int, seed: int) -> str:
    return "ssh-rsa " + base64.b64encode(random.Random(seed).randbytes(size)).decode()


def test_more_than_a_vm_can_receive(operator: httpx.Client) -> None:
    keys = [random_key(1300, seed) for seed in range(20)]
    assert operator.post("/clusters?dryRun=true", json=cluster_document(sshKeys=keys)).is_success
    found = faults(operator.post("/clusters", json=cluster_document(sshKeys=[*keys, *keys, "x"])))
    assert set(found) == {"sshKeys.40"}
    keys += [random_key(1300, seed) for seed in range(20, 40)]
    found = faults(operator.post("/clusters", json=cluster_document(sshKeys=keys)))
    assert set(found) == {"sshKeys"}
    assert "a VM takes 61440" in found["sshKeys"]


def test_more_than_one_pools_nodes_can_receive(operator: httpx.Client) -> None:
    document = cluster_document(sshKeys=[random_key(1500, seed) for seed in range(18)])
    chance = random.Random(1)
    labels = {f"key{index}": chance.randbytes(30).hex() for index in range(256)}
    document["nodePools"][0]["labels"] = labels
    found = faults(operator.post("/clusters", json=document))
    assert set(found) <= {"nodePools.0.labels", "sshKeys"}
    assert "nodePools.0.labels" in " ".join([*found, *found.values()])


def test_inventory_not_read_yet(api: Api, operator: httpx.Client) -> None:
    vcenter_id = api.add_vcenter(name="new")
    with api.database.write() as session:
        vcenters.get(session, vcenter_id).watched_at = None
    found = faults(operator.post("/clusters", json=cluster_document(vcenter="new")))
    assert "try again in a moment" in found["vcenter"]
