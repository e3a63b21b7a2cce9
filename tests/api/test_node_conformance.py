"""The traffic of the unmodified `pke` program, replayed."""

import base64
import json
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from provisioner.store.tables import Node
from provisioner.store.types import utc_now
from provisioner.vault.layout import join_token_path
from tests.api.asking import create
from tests.api.looking import change, look, make_ready, of_group
from tests.api.served import Api
from tests.api.visiting import Visit
from tests.unit.documents import cluster_document

MASTER_PHASES = (
    "kubernetes-version",
    "container-runtime",
    "kubernetes-runtime",
    "pipeline-certificates",
    "kubernetes-controlplane",
)
JOIN_TOKEN = "abcdef.0123456789abcdef"
KUBECONFIG = base64.b64encode(b"apiVersion: v1\nkind: Config\n").decode()


@pytest.fixture
def cluster(api: Api, operator: httpx.Client) -> dict[str, Any]:
    made = create(operator)
    api.services.vault.ensure_cluster_authorities(made["id"], "c1")
    return made


@pytest.fixture
def rows(api: Api, cluster: dict[str, Any]) -> list[Node]:
    return look(api, cluster)


def grant(api: Api, node: Node) -> None:
    now = utc_now()
    path = join_token_path(node.resource_id, node.id)
    expires = now.replace(year=now.year + 1).isoformat()
    secret = {"token": SecretStr(JOIN_TOKEN), "expires": SecretStr(expires)}
    api.services.vault.write_secret(path, secret)
    change(api, node, join_granted_at=now, join_token_at=now)


def json_of(answer: httpx.Response, status: int) -> Any:
    """pke fails on a body whose media type it does not know, and follows redirects blindly."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def report(visit: Visit, phase: str, process: str | None, status: str = "running") -> str:
    more = {"processId": process} if process else {}
    told = json_of(visit.status(phase, status, **more), 202)
    assert process in (None, told["processId"])
    return told["processId"]


def test_master(api: Api, operator: httpx.Client, rows: list[Node]) -> None:
    [master, *_] = of_group(rows, "control-plane")
    visit = Visit(api, master)
    process = report(visit, "master", None)
    for phase in MASTER_PHASES:
        report(visit, phase, process)
        if phase == "pipeline-certificates":
            check_certificates(visit)
        if phase == "kubernetes-controlplane":
            json_of(visit.claim(), 201)
        report(visit, phase, process, "finished")
    report(visit, "pipeline-ready", process)
    assert json_of(visit.ready(config=KUBECONFIG), 200) == {}
    report(visit, "pipeline-ready", process, "finished")
    json_of(visit.status("master", "finished", message="success", final=True), 202)
    after = change(api, master)
    assert after.contacted_at
    assert after.reported_ready_at
    reasons = [one["reason"] for one in operator.get("/clusters/c1/events").json()["items"]]
    assert reasons[-2:] == ["LeaderElected", "NodeReportedReady"]


def check_certificates(visit: Visit) -> None:
    [secret] = json_of(visit.secrets(), 200)
    assert (secret["type"], secret["tags"]) == ("pkecert", [f"clusterID:{visit.resource.number}"])
    assert "updatedAt" not in secret
    assert set(secret["values"]) == {
        "kubernetesCaCert",
        "kubernetesCaKey",
        "kubernetesCaSigningCert",
        "etcdCaCert",
        "etcdCaKey",
        "frontProxyCaCert",
        "frontProxyCaKey",
        "saPub",
        "saKey",
        "enc",
    }
    assert all(secret["values"].values())
    assert len(base64.b64decode(secret["values"]["enc"])) == 32


def test_joining_master(api: Api, cluster: dict[str, Any], rows: list[Node]) -> None:
    """POST leader (409), GET leader, GET ready until true, GET bootstrap."""
    leader, joiner, _ = of_group(rows, "control-plane")
    Visit(api, leader).claim()
    visit = Visit(api, joiner)
    assert visit.claim("10.0.0.22").status_code == 409
    assert json_of(visit.get("pke/leader"), 200)["hostname"] == leader.name
    assert json_of(visit.get("pke/ready"), 200) == {"master": {"ready": False}}
    make_one_ready(api, leader)
    assert json_of(visit.get("pke/ready"), 200) == {"master": {"ready": True}}
    assert visit.get("bootstrap").status_code == 503
    grant(api, joiner)
    json_of(visit.get("bootstrap"), 200)


def make_one_ready(api: Api, node: Node) -> None:
    change(api, node, phase="ready", ready_at=utc_now(), reported_ready_at=utc_now())


def test_worker(api: Api, cluster: dict[str, Any], rows: list[Node]) -> None:
    make_ready(api, cluster, "control-plane")
    [worker, *_] = of_group(rows, "pool1")
    visit = Visit(api, worker)
    process = report(visit, "worker", None)
    report(visit, "kubernetes-node", process)
    assert visit.get("bootstrap").status_code == 503
    [asked] = [node for node in look(api, cluster) if node.id == worker.id]
    assert asked.join_requested_at
    assert asked.join_granted_at
    grant(api, worker)
    given = json_of(visit.get("bootstrap"), 200)
    assert given["token"] == JOIN_TOKEN
    assert given["masterAddress"] == "10.0.0.10:6443"
    assert given["discoveryTokenCaCertHash"].startswith("sha256:")
    assert len(given["discoveryTokenCaCertHash"]) == len("sha256:") + 64
    assert given["certificateAuthority"].startswith("-----BEGIN CERTIFICATE-----")
    report(visit, "kubernetes-node", process, "finished")
    assert json_of(visit.ready(), 200) == {}
    json_of(visit.status("worker", "finished", message="success", final=True), 202)


def test_a_base_url_that_ends_in_a_slash(api: Api, rows: list[Node]) -> None:
    visit = Visit(api, rows[0])
    visit.cluster = f"{api.url}/{visit.cluster}"
    assert visit.status().status_code == 202
    assert visit.get("pke/ready").status_code == 200


def test_dns_name_is_the_address(api: Api, operator: httpx.Client) -> None:
    endpoint = {"mode": "external", "dnsName": "k8s.example.com"}
    made = create(operator, cluster_document(name="c2", endpoint=endpoint))
    api.services.vault.ensure_cluster_authorities(made["id"], "c2")
    [worker, *_] = of_group(look(api, made), "pool1")
    grant(api, worker)
    given = json_of(Visit(api, worker).get("bootstrap"), 200)
    assert given["masterAddress"] == "k8s.example.com:6443"


def test_answers_hold_no_chunks_of_others(api: Api, rows: list[Node]) -> None:
    """What pke parses: one JSON value, its length given."""
    answer = Visit(api, rows[0]).status()
    assert int(answer.headers["content-length"]) == len(answer.content)
    json.loads(answer.content)


def test_every_call_has_a_connection_of_its_own(api: Api, rows: list[Node]) -> None:
    """pke does not survive a reset of a connection that idled."""
    visit = Visit(api, rows[0])
    for answer in (visit.status(), visit.claim(), visit.ready(config="%"), visit.get("nothing")):
        assert answer.headers["connection"] == "close"
    assert "connection" not in api.client("viewer").get("/clusters").headers
