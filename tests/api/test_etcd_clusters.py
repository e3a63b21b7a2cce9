"""Etcd clusters at the API."""

import random

import httpx
import pytest

from provisioner.domain.etcd_clusters import KIND
from provisioner.store import resources
from tests.api.asking import create, faults
from tests.api.etcd_clusters import make
from tests.api.served import Api
from tests.unit.documents import cluster_document
from tests.unit.etcd_documents import etcd_document, with_addresses


def test_accepted_and_shown(operator: httpx.Client, viewer: httpx.Client) -> None:
    found = make(operator)
    assert (found["name"], found["status"], found["clusters"]) == ("e1", "CREATING", [])
    assert found["endpoints"][0] == "https://10.0.0.31:2379"
    assert found["spec"]["etcd"]["quotaMiB"] == 4096
    assert viewer.get("/etcd-clusters/e1").json() == found
    [summary] = viewer.get("/etcd-clusters").json()["items"]
    assert summary == {k: v for k, v in found.items() if k not in ("spec", "conditions")}
    [first] = viewer.get("/etcd-clusters/e1/events").json()["items"]
    assert first["reason"] == "CreationRequested"
    assert viewer.get(f"/operations/{found['operation']}").json()["cluster"]["kind"] == KIND


def test_it_is_no_cluster(operator: httpx.Client) -> None:
    found = make(operator)
    assert operator.get("/clusters").json() == {"items": []}
    assert operator.get(f"/clusters/{found['id']}").status_code == 404
    assert operator.delete("/clusters/e1").status_code == 404


def test_names_are_taken_by_kind(operator: httpx.Client) -> None:
    make(operator)
    create(operator, cluster_document(name="e1"))
    found = faults(operator.post("/etcd-clusters", json=etcd_document()))
    assert "etcd cluster named 'e1'" in found["name"]


def test_a_dry_run_changes_nothing(operator: httpx.Client) -> None:
    answer = operator.post("/etcd-clusters?dryRun=true", json=etcd_document())
    assert answer.status_code == 200, answer.text
    assert answer.json()["plan"]["create"] == [{"group": "members", "count": 3}]
    assert operator.get("/etcd-clusters").json() == {"items": []}


def test_a_repeated_request_makes_one(operator: httpx.Client) -> None:
    headers = {"Idempotency-Key": "once"}
    answers = [
        operator.post("/etcd-clusters", json=etcd_document(), headers=headers) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("call", ["post", "delete"])
def test_viewers_change_nothing(operator: httpx.Client, viewer: httpx.Client, call: str) -> None:
    if call == "post":
        answer = viewer.post("/etcd-clusters", json=etcd_document())
    else:
        make(operator)
        answer = viewer.delete("/etcd-clusters/e1")
    assert answer.status_code == 403


def test_another_organisations_is_not_found(api: Api, operator: httpx.Client) -> None:
    found = make(operator)
    stranger = api.client("admin", "theirs")
    assert stranger.get(f"/etcd-clusters/{found['id']}").status_code == 404
    assert stranger.delete(f"/etcd-clusters/{found['id']}").status_code == 404


def test_all_faults_at_once(operator: httpx.Client) -> None:
    document = with_addresses("10.0.0.31-10.0.0.35") | {"colour": "blue"}
    document["placement"] = document["placement"] | {"datastore": "nowhere"}
    found = faults(operator.post("/etcd-clusters", json=document))
    assert set(found) == {"colour", "members.addresses.ranges", "placement.datastore"}


def test_addresses_of_others_are_refused(operator: httpx.Client) -> None:
    create(operator, cluster_document(loadBalancerRanges=["10.0.0.32-10.0.0.40"]))
    found = faults(operator.post("/etcd-clusters", json=etcd_document()))
    assert "loadBalancerRanges.0 of cluster 'c1'" in found["members.addresses.ranges.0"]
    found = faults(operator.post("/etcd-clusters", json=with_addresses("10.0.0.9-10.0.0.11")))
    assert "10.0.0.10 is in use" in found["members.addresses.ranges.0"]


def test_a_members_address_is_its_clusters_while_nobody_has_it(operator: httpx.Client) -> None:
    make(operator)
    found = faults(operator.post("/clusters", json=cluster_document(endpoint={"vip": "10.0.0.32"})))
    assert "in use by etcd cluster 'e1'" in found["endpoint.vip"]
    ranges = {"loadBalancerRanges": ["10.0.0.33-10.0.0.40"]}
    found = faults(operator.post("/clusters", json=cluster_document(**ranges)))
    assert "10.0.0.33 is in use by etcd cluster 'e1'" in found["loadBalancerRanges.0"]
    found = faults(operator.post("/etcd-clusters", json=etcd_document(name="e2")))
    assert "in use" in found["members.addresses.ranges.0"]


def test_too_much_for_a_vm(operator: httpx.Client) -> None:
    noise = random.Random(1)
    keys = [
        "ssh-ed25519 " + "".join(noise.choices("ABCDEFGHabcdefgh0123456789", k=2000))
        for _ in range(64)
    ]
    found = faults(operator.post("/etcd-clusters", json=etcd_document(sshKeys=keys)))
    assert "too large" in found["trustedCAs"]


def test_deleted_and_retried(operator: httpx.Client) -> None:
    make(operator)
    assert operator.post("/etcd-clusters/e1/retry").status_code == 202
    answer = operator.delete("/etcd-clusters/e1")
    assert answer.json()["kind"] == "delete"
    assert operator.delete("/etcd-clusters/e1").json()["id"] == answer.json()["id"]


def test_what_care_found_is_shown(api: Api, operator: httpx.Client) -> None:
    found = make(operator)
    condition = {"type": "EtcdHealthy", "status": "True", "reason": "Healthy", "message": ""}
    with api.database.write() as session:
        resources.lock(session, found["id"]).care_conditions = [condition]
    shown = operator.get("/etcd-clusters/e1").json()["conditions"]
    assert condition | {"seenAt": None} in shown
