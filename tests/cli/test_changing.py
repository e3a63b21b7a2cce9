"""What commands send, and that every fault of a request is shown."""

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Pkectl
from tests.cli.documents import SPEC, cluster, operation, summary
from tests.cli.scripted import Script, problem

FAULTS = [
    {"path": "endpoint.vip", "message": "is taken by cluster other"},
    {"path": "nodePools.0.size", "message": "input should be at most 1000"},
    {"path": "", "message": "the document as a whole"},
]


@pytest.fixture
def document(tmp_path: Path) -> str:
    file = tmp_path / "demo.yaml"
    file.write_text(yaml.safe_dump(SPEC))
    return str(file)


def test_create_sends_the_document_with_a_key(
    pkectl: Pkectl, script: Script, document: str
) -> None:
    script.on("POST /clusters", (202, operation()))
    ran = pkectl("cluster", "create", "-f", document)
    assert ran.code == 0
    assert operation()["id"] in ran.out
    assert f"pkectl operation watch {operation()['id']}" in ran.err
    asked = script.last("POST")
    assert asked.body == SPEC
    assert asked.query == {}
    assert asked.headers["Idempotency-Key"]


def test_create_reads_json_from_standard_input(pkectl: Pkectl, script: Script) -> None:
    script.on("POST /clusters", (202, operation()))
    key = ("--idempotency-key", "once", "-o", "json")
    ran = pkectl("cluster", "create", "-f", "-", *key, stdin=json.dumps(SPEC))
    assert json.loads(ran.out)["id"] == operation()["id"]
    assert script.last("POST").headers["Idempotency-Key"] == "once"
    assert script.last("POST").body == SPEC


def test_all_faults_are_listed_with_their_fields(
    pkectl: Pkectl, script: Script, document: str
) -> None:
    script.on("POST /clusters", problem(422, "3 faults", faults=FAULTS))
    ran = pkectl("cluster", "create", "-f", document)
    assert ran.code == 6
    for fault in FAULTS:
        assert f"{fault['path']}: {fault['message']}".removeprefix(": ") in ran.err


def test_a_dry_run_shows_the_plan(pkectl: Pkectl, script: Script, document: str) -> None:
    plan = {
        "create": [{"group": "control-plane", "count": 3}],
        "remove": [],
        "tasks": ["certificates", "load-balancer"],
        "heldBack": [],
        "shortages": [{"group": "workers", "missing": 2, "reason": "no free address"}],
    }
    script.on("POST /clusters", (200, {"plan": plan, "spec": SPEC | {"loadBalancerRanges": []}}))
    ran = pkectl("cluster", "create", "-f", document, "--dry-run")
    assert script.last("POST").query == {"dryRun": "true"}
    told = ("3 x control-plane", "authorities", "no loadBalancerRanges", "no free address")
    assert all(text in ran.out for text in told)


def test_a_dry_run_shows_the_address_on_a_load_balancer(pkectl: Pkectl, script: Script) -> None:
    endpoint = {"mode": "loadBalancer", "loadBalancer": "edge", "vip": "10.0.0.80"}
    empty = {"create": [], "remove": [], "shortages": [], "heldBack": [], "tasks": ["endpoint"]}
    answer = {"plan": empty, "spec": SPEC | {"endpoint": endpoint}}
    script.on("POST /clusters", (200, answer))
    ran = pkectl("cluster", "create", "-f", "-", "--dry-run", stdin=json.dumps(SPEC))
    assert ran.code == 0, ran.err
    assert "10.0.0.80, on load balancer edge" in ran.out
    assert "tell that load balancer of the nodes" in ran.out


def test_a_dry_run_shows_which_image_was_chosen(
    pkectl: Pkectl, script: Script, document: str
) -> None:
    plan = {"create": [], "remove": [], "tasks": [], "heldBack": [], "shortages": []}
    group = {"template": "/DC1/vm/images/gold", "image": "os=debian12"}
    spec = SPEC | {"controlPlane": group, "nodePools": [group | {"name": "workers"}]}
    script.on("POST /clusters", (200, {"plan": plan, "spec": spec}))
    ran = pkectl("cluster", "create", "-f", document, "--dry-run")
    for name in ("control-plane", "workers"):
        assert f"{name}: /DC1/vm/images/gold, of os=debian12" in ran.out


@pytest.mark.parametrize("text", ["name: [unclosed", "- a list", "just text", ""])
def test_what_is_no_document_is_told_before_asking(
    pkectl: Pkectl, script: Script, text: str
) -> None:
    assert pkectl("cluster", "create", "-f", "-", stdin=text).code == 2
    assert script.asked == []


def test_scale_names_the_nodes_to_go(pkectl: Pkectl, script: Script) -> None:
    script.on("PATCH /clusters/demo/nodepools/workers", (202, operation(kind="scale")))
    chosen = ("--remove", "demo-workers-a", "--remove", "demo-workers-b")
    assert pkectl("cluster", "scale", "demo", "workers", "1", *chosen).code == 0
    assert script.last("PATCH").body == {"size": 1, "remove": ["demo-workers-a", "demo-workers-b"]}


@pytest.mark.parametrize(("pool", "size"), [("workers", "2"), ("control-plane", "3")])
def test_the_size_it_has_changes_nothing(
    pkectl: Pkectl, script: Script, pool: str, size: str
) -> None:
    script.on("GET /clusters/demo", (200, cluster()))
    script.on("GET /clusters/demo/nodepools/workers", (200, SPEC["nodePools"][0]))
    ran = pkectl("cluster", "scale", "demo", pool, size)
    assert (ran.code, ran.out) == (0, "")
    assert "nothing to change" in ran.err
    assert {asked.method for asked in script.asked} == {"GET"}


def test_a_misspelt_pool_is_answered_with_the_right_one(pkectl: Pkectl, script: Script) -> None:
    script.on("GET /clusters", (200, {"items": [summary()]}))
    script.on("GET /clusters/demo/nodepools", (200, {"items": SPEC["nodePools"]}))
    ran = pkectl("cluster", "scale", "demo", "worker", "1")
    assert ran.code == 4
    assert "did you mean 'workers'?" in ran.err


def test_node_pools_are_added_and_deleted(pkectl: Pkectl, script: Script) -> None:
    script.on("POST /clusters/demo/nodepools", (202, operation()))
    script.on("DELETE /clusters/demo/nodepools/big", (202, operation()))
    text = "{name: big, size: 2, template: debian-12-node}"
    assert pkectl("cluster", "nodepool", "add", "demo", "-f", "-", stdin=text).code == 0
    assert script.last("POST").body == {"name": "big", "size": 2, "template": "debian-12-node"}
    assert pkectl("cluster", "nodepool", "delete", "demo", "big", "--yes").code == 0


def test_update_of_the_whole_document_sends_what_is_new(pkectl: Pkectl, script: Script) -> None:
    script.on("GET /clusters/demo", (200, cluster()))
    script.on("PATCH /clusters/demo", (202, operation(kind="update")))
    edited = SPEC | {"loadBalancerRanges": ["10.0.0.200-10.0.0.220"]}
    assert pkectl("cluster", "update", "demo", "-f", "-", stdin=json.dumps(edited)).code == 0
    assert script.last("PATCH").body == {"loadBalancerRanges": ["10.0.0.200-10.0.0.220"]}


def test_what_can_change_of_an_endpoint_is_sent_without_the_rest(
    pkectl: Pkectl, script: Script
) -> None:
    endpoint = {"mode": "loadBalancer", "loadBalancer": "edge", "vip": "10.0.0.80", "ports": [6443]}
    script.on("GET /clusters/demo", (200, cluster(spec=SPEC | {"endpoint": endpoint})))
    script.on("PATCH /clusters/demo", (202, operation(kind="update")))
    edited = SPEC | {"endpoint": endpoint | {"ports": [6443, 443]}}
    assert pkectl("cluster", "update", "demo", "-f", "-", stdin=json.dumps(edited)).code == 0
    assert script.last("PATCH").body == {"endpoint": {"ports": [6443, 443]}}


def test_update_with_nothing_new_asks_for_nothing(pkectl: Pkectl, script: Script) -> None:
    script.on("GET /clusters/demo", (200, cluster()))
    ran = pkectl("cluster", "update", "demo", "-f", "-", stdin=json.dumps(SPEC))
    assert ran.code == 0
    assert "nothing" in ran.err
    assert [asked.method for asked in script.asked] == ["GET"]


def test_deleting_what_is_gone_may_be_fine(pkectl: Pkectl, script: Script) -> None:
    script.on("GET /clusters", (200, {"items": []}))
    assert pkectl("cluster", "delete", "demo", "--yes").code == 4
    assert pkectl("cluster", "delete", "demo", "--yes", "--missing-ok").code == 0


def test_the_control_planes_size_is_the_clusters_own(pkectl: Pkectl, script: Script) -> None:
    script.on("GET /clusters/demo", (200, cluster()))
    script.on("PATCH /clusters/demo", (202, operation()))
    assert pkectl("cluster", "scale", "demo", "control-plane", "5").code == 0
    assert script.last("PATCH").body == {"controlPlane": {"size": 5}}


def test_nodes_of_the_control_plane_can_not_be_chosen(pkectl: Pkectl, script: Script) -> None:
    ran = pkectl("cluster", "scale", "demo", "control-plane", "3", "--remove", "demo-x")
    assert ran.code == 2
    assert "replaced by itself" in ran.err
    assert script.asked == []


def test_a_name_that_is_taken_leads_to_its_cluster(
    pkectl: Pkectl, script: Script, document: str
) -> None:
    taken = [{"path": "name", "message": "there is a cluster named 'demo' already"}]
    script.on("POST /clusters", problem(422, "1 fault", faults=taken))
    script.on("GET /clusters/demo", (200, cluster()))
    assert "pkectl cluster watch demo" in pkectl("cluster", "create", "-f", document).err
