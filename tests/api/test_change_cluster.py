"""PATCH, DELETE and retry of a cluster."""

from typing import Any

import httpx
import pytest

from provisioner.domain.clusters import RELEASE
from provisioner.domain.planning.wishes import TaskWish, When
from provisioner.domain.virtual_machines import VMSeen, WatchBatch
from provisioner.store import inventory, leases, resources, tasks, vcenters
from tests.api.asking import accepted, create, faults, shown
from tests.api.looking import change, look, make_ready, of_group
from tests.api.served import Api
from tests.unit.documents import cluster_document

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8x someone"
FREE = {"Idempotency-Key": "k"}


@pytest.fixture
def cluster(operator: httpx.Client) -> dict[str, Any]:
    return create(operator)


@pytest.mark.usefixtures("cluster")
def test_what_can_change(operator: httpx.Client) -> None:
    proxy = {"http": "http://proxy.example:3128", "noProxy": ["10.0.0.0/8"]}
    change = {"sshKeys": [KEY], "proxy": proxy, "loadBalancerRanges": ["10.0.0.20-10.0.0.29"]}
    operation = accepted(operator.patch("/clusters/c1", json=change))
    assert (operation["kind"], operation["generation"]) == ("change", 2)
    spec = shown(operator, "c1")["spec"]
    assert {name: spec[name] for name in change} == change
    accepted(operator.patch("/clusters/c1", json={"proxy": None}))
    assert "proxy" not in shown(operator, "c1")["spec"]
    assert shown(operator, "c1")["spec"]["sshKeys"] == [KEY]


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {""}),
        ({"name": "c2"}, {"name"}),
        ({"nodePools": [], "endpoint": {}, "sshKeys": []}, {"nodePools", "endpoint"}),
        ({"colour": "blue", "vcenter": "x"}, {"colour", "vcenter"}),
        ({"sshKeys": "text", "kubernetes": {}}, {"sshKeys", "kubernetes"}),
        ({"sshKeys": None}, {"sshKeys"}),
        ({"loadBalancerRanges": ["10.0.0.1-10.0.0.20"]}, {"endpoint.vip"}),
        ({"loadBalancerRanges": ["x", "10.0.0.20"]}, {"loadBalancerRanges.0"}),
        ({"controlPlane": {"size": 2}}, {"controlPlane.size"}),
        ({"controlPlane": {"size": True}}, {"controlPlane.size"}),
        ({"controlPlane": None}, {"controlPlane"}),
        ({"controlPlane": {"vcpu": 8}}, {"controlPlane.vcpu", "controlPlane.size"}),
        ({"trustedCAs": ["nonsense"]}, {"trustedCAs.0"}),
        ([], {""}),
    ],
)
def test_what_can_not(operator: httpx.Client, change: Any, expected: set[str]) -> None:
    assert set(faults(operator.patch("/clusters/c1", json=change))) == expected
    assert shown(operator, "c1")["generation"] == 1


def test_said_in_words(operator: httpx.Client, cluster: dict[str, Any]) -> None:
    change = {"name": "c2", "controlPlane": {"size": 4}}
    found = faults(operator.patch(f"/clusters/{cluster['id']}", json=change))
    assert "can't be changed" in found["name"]
    assert "3" in found["controlPlane.size"]


def test_control_plane_growth_is_planned(
    api: Api, operator: httpx.Client, cluster: dict[str, Any]
) -> None:
    make_ready(api, cluster)
    before = shown(operator, "c1")
    answer = operator.patch("/clusters/c1?dryRun=true", json={"controlPlane": {"size": 5}})
    assert answer.status_code == 200, answer.text
    assert answer.json()["plan"]["create"] == [{"group": "control-plane", "count": 2}]
    assert answer.json()["spec"]["controlPlane"]["size"] == 5
    assert shown(operator, "c1") == before


def test_control_plane_grows(api: Api, operator: httpx.Client, cluster: dict[str, Any]) -> None:
    make_ready(api, cluster)
    accepted(operator.patch("/clusters/c1", json={"controlPlane": {"size": 5}}))
    assert len(of_group(look(api, cluster), "control-plane")) == 5


def test_control_plane_shrinks_one_by_one(
    api: Api, operator: httpx.Client, cluster: dict[str, Any]
) -> None:
    names = {node.name for node in make_ready(api, cluster)}
    answer = operator.patch("/clusters/c1?dryRun=true", json={"controlPlane": {"size": 1}})
    [removal] = answer.json()["plan"]["remove"]
    assert removal["node"] in names


def test_newer_supersedes_older(operator: httpx.Client, cluster: dict[str, Any]) -> None:
    newer = accepted(operator.patch("/clusters/c1", json={"sshKeys": [KEY]}))
    older = operator.get(f"/operations/{cluster['operation']}").json()
    assert (older["state"], older["supersededBy"]) == ("superseded", newer["id"])
    assert "generation 2" in older["reason"]
    assert older["finishedAt"].endswith("Z")


def test_delete(api: Api, operator: httpx.Client, cluster: dict[str, Any]) -> None:
    operation = accepted(operator.delete("/clusters/c1"))
    assert operation["kind"] == "delete"
    assert shown(operator, "c1")["status"] == "DELETING"
    assert accepted(operator.delete("/clusters/c1"))["id"] == operation["id"]
    for answer in (
        operator.patch("/clusters/c1", json={"sshKeys": []}),
        operator.post("/clusters/c1/retry"),
        operator.get("/clusters/c1/kubeconfig"),
        operator.post("/clusters/c1/nodepools", json={"name": "p", "template": "x"}),
    ):
        assert answer.status_code == 409
        assert "being deleted" in answer.json()["detail"]


def test_operations_outlive_their_cluster(
    api: Api, operator: httpx.Client, cluster: dict[str, Any]
) -> None:
    operation = accepted(operator.delete("/clusters/c1"))
    release(api, cluster)
    assert operator.get("/clusters/c1").status_code == 404
    found = operator.get(f"/operations/{operation['id']}").json()
    assert (found["state"], found["percent"]) == ("succeeded", 100)
    assert found["cluster"] == {"id": cluster["id"], "name": "c1", "kind": "cluster"}
    listed = operator.get("/operations", params={"cluster": cluster["id"]}).json()["items"]
    assert [one["kind"] for one in listed] == ["delete", "create"]
    assert operator.get("/operations?cluster=c1").json() == {"items": []}
    create(operator, cluster_document())


def test_a_deleted_cluster_can_be_looked_at_by_its_id(
    api: Api, operator: httpx.Client, cluster: dict[str, Any]
) -> None:
    """What happened to it is asked most when it is gone."""
    gone, path = look(api, cluster), f"/clusters/{cluster['id']}"
    accepted(operator.delete("/clusters/c1"))
    for node in gone:
        change(api, node, phase="gone")
    release(api, cluster)
    assert shown(operator, cluster["id"])["status"] == "DELETED"
    assert operator.get(f"{path}/nodes").json() == {"items": []}
    assert len(operator.get(f"{path}/nodes?all=true").json()["items"]) == len(gone)
    events = operator.get(f"{path}/events").json()["items"]
    assert "DeletionRequested" in [one["reason"] for one in events]
    answers = [
        operator.get("/clusters/c1/events"),
        operator.patch(path, json={"sshKeys": []}),
        operator.delete(path),
        operator.post(f"{path}/retry"),
        operator.get(f"{path}/kubeconfig"),
        operator.post(f"{path}/nodepools", json={"name": "p", "template": "x"}),
        api.client("viewer", "theirs").get(path),
    ]
    assert {answer.status_code for answer in answers} == {404}
    newer = create(operator, cluster_document())
    assert shown(operator, "c1")["id"] == newer["id"]
    assert shown(operator, cluster["id"])["id"] == cluster["id"]


def test_retry(operator: httpx.Client, cluster: dict[str, Any]) -> None:
    operation = accepted(operator.post("/clusters/c1/retry", headers=FREE))
    assert (operation["kind"], operation["generation"]) == ("retry", 1)
    assert accepted(operator.post("/clusters/c1/retry", headers=FREE)) == operation
    assert accepted(operator.post("/clusters/c1/retry"))["id"] != operation["id"]


def test_nodes(api: Api, operator: httpx.Client, cluster: dict[str, Any]) -> None:
    assert operator.get("/clusters/c1/nodes").json() == {"items": []}
    rows = look(api, cluster)
    items = operator.get("/clusters/c1/nodes").json()["items"]
    assert sorted(one["name"] for one in items) == sorted(row.name for row in rows)
    first = items[0]
    assert (first["group"], first["role"]) == ("control-plane", "master")
    assert (first["phase"], first["step"]) == ("creating", "waiting for a clone slot")
    assert first["vm"] == {
        "instanceUuid": next(row.instance_uuid for row in rows if row.name == first["name"]),
        "moref": None,
        "powerState": None,
    }
    assert shown(operator, "c1")["nodes"] == {"ready": 0, "total": 5}
    make_ready(api, cluster)
    assert shown(operator, "c1")["nodes"] == {"ready": 5, "total": 5}


def release(api: Api, cluster: dict[str, Any]) -> None:
    """The last task of a deletion is done."""
    with api.database.write() as session:
        resource = resources.lock(session, cluster["id"])
        tasks.begin(session, resource, TaskWish(name=RELEASE, when=When.AFTER_NODES))
        tasks.finish(session, resource, RELEASE)
        leases.free_of_resource(session, resource.id)
    look(api, cluster)


def test_gone_nodes_on_request(api: Api, operator: httpx.Client, cluster: dict[str, Any]) -> None:
    [first, *_] = look(api, cluster)
    change(api, first, phase="gone")
    live = operator.get("/clusters/c1/nodes").json()["items"]
    everyone = operator.get("/clusters/c1/nodes?all=true").json()["items"]
    assert {one["name"] for one in everyone} - {one["name"] for one in live} == {first.name}


def test_power_states_are_those_of_the_watch(
    api: Api, operator: httpx.Client, cluster: dict[str, Any]
) -> None:
    [first, *_] = look(api, cluster)
    seen = VMSeen(
        moref="vm-99",
        instance_uuid=first.instance_uuid,
        name=first.name,
        folder="group-v1",
        power_state="poweredOn",
    )
    with api.database.write() as session:
        vcenter = vcenters.get(session, first.vcenter_id)
        inventory.apply(session, vcenter, WatchBatch(vms=(seen,)))
    items = operator.get("/clusters/c1/nodes").json()["items"]
    states = {one["name"]: one["vm"]["powerState"] for one in items}
    assert states.pop(first.name) == "poweredOn"
    assert set(states.values()) == {None}
