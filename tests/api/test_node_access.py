"""The node API's door: whose token opens what, and for how long."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from provisioner.domain.ids import new_uuid
from provisioner.store.tables import Node
from provisioner.store.types import utc_now
from tests.api.asking import create
from tests.api.looking import change, look, of_group
from tests.api.served import Api
from tests.api.visiting import Visit, node_token, resource_of
from tests.unit.documents import cluster_document
from workflows.kinds.node_identity import claims

Call = Callable[[Visit], httpx.Response]
CALLS: dict[str, Call] = {
    "GET leader": lambda visit: visit.get("pke/leader"),
    "GET ready": lambda visit: visit.get("pke/ready"),
    "GET bootstrap": lambda visit: visit.get("bootstrap"),
    "GET secrets": lambda visit: visit.secrets(),
    "GET keepalived": lambda visit: visit.get("pke/keepalived?interface=ens192"),
    "POST status": lambda visit: visit.status(),
    "POST ready": lambda visit: visit.ready(),
    "POST leader": lambda visit: visit.claim(),
}
MASTERS_ONLY = ["GET leader", "GET secrets", "GET keepalived", "POST leader"]
REPEATABLE = ["POST status", "POST ready"]


@dataclass
class Cluster:
    shown: dict[str, Any]
    master: Node
    worker: Node


@pytest.fixture
def cluster(api: Api, operator: httpx.Client) -> Cluster:
    shown = create(operator)
    rows = look(api, shown)
    return Cluster(shown, of_group(rows, "control-plane")[0], of_group(rows, "pool1")[0])


def refused(call: str, answer: httpx.Response, status: int) -> bool:
    """pke takes any other 4xx to its claim for a victory."""
    return answer.status_code == (409 if call == "POST leader" else status)


def bad_tokens(api: Api, node: Node) -> dict[str, str]:
    good = node_token(api, node)
    head, payload, signature = good.split(".")
    now = int(utc_now().timestamp())
    none = base64.urlsafe_b64encode(b'{"alg":"none","kid":"node-token:1"}').decode().rstrip("=")
    known = claims(resource_of(api, node), node)
    stranger = ec.generate_private_key(ec.SECP256R1())
    without_expiry = {key: value for key, value in known.items() if key != "exp"}
    return {
        "nonsense": "nonsense",
        "a user's token": api.token("admin"),
        "no signature": f"{none}.{payload}.",
        "another signature": f"{head}.{payload}.{signature[::-1]}",
        "another key": jwt.encode(known, stranger, "ES256", {"kid": "node-token:1"}),
        "an unknown key": jwt.encode(known, stranger, "ES256", {"kid": "node-token:9"}),
        "a shared secret": jwt.encode(known, "x" * 32, "HS256", {"kid": "node-token:1"}),
        "expired": node_token(api, node, {"exp": now - 60}),
        "another audience": node_token(api, node, {"aud": "pke-provisioner/user"}),
        "another issuer": node_token(api, node, {"iss": "somebody"}),
        "replaced": node_token(api, node, {"jti": new_uuid()}),
        "no node": node_token(api, node, {"node": new_uuid()}),
        "no expiry": _signed(api, without_expiry),
        "odd claims": node_token(api, node, {"org": "one"}),
    }


def _signed(api: Api, payload: dict[str, Any]) -> str:
    return api.services.vault.sign_node_token(payload).get_secret_value()


@pytest.mark.parametrize("call", CALLS)
def test_anonymous(api: Api, cluster: Cluster, call: str) -> None:
    assert refused(call, CALLS[call](Visit(api, cluster.master, "")), 401)


def test_bad_tokens(api: Api, cluster: Cluster) -> None:
    for name, token in bad_tokens(api, cluster.master).items():
        for call in CALLS:
            answer = CALLS[call](Visit(api, cluster.master, token))
            assert refused(call, answer, 401), (name, call, answer.text)
            assert token not in answer.text


@pytest.mark.parametrize("call", MASTERS_ONLY)
def test_workers(api: Api, cluster: Cluster, call: str) -> None:
    assert refused(call, CALLS[call](Visit(api, cluster.worker)), 403)


def test_a_worker_can_not_call_itself_master(api: Api, cluster: Cluster) -> None:
    token = node_token(api, cluster.worker, {"role": "master"})
    for call in CALLS:
        assert refused(call, CALLS[call](Visit(api, cluster.worker, token)), 403)


@pytest.mark.parametrize("call", CALLS)
def test_another_cluster(api: Api, operator: httpx.Client, cluster: Cluster, call: str) -> None:
    """Also of the same organisation: the token's cluster is not the path's."""
    other = create(operator, cluster_document(name="c2", endpoint={"vip": "10.0.0.11"}))
    [foreign, *_] = of_group(look(api, other), "control-plane")
    visit = Visit(api, foreign, node_token(api, cluster.master))
    assert refused(call, CALLS[call](visit), 403)
    mixed = node_token(api, cluster.master, {"cluster": other["number"]})
    assert refused(call, CALLS[call](Visit(api, foreign, mixed)), 401)


@pytest.mark.parametrize("call", CALLS)
def test_another_organisation(api: Api, cluster: Cluster, call: str) -> None:
    visit = Visit(api, cluster.master)
    theirs = f"/orgs/{api.organisation('theirs')}"
    visit.cluster = visit.cluster.replace(f"/orgs/{visit.resource.org_id}", theirs)
    visit.organisation = f"/api/v1{theirs}"
    assert refused(call, CALLS[call](visit), 403)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("values", [{"phase": "removing"}, {"phase": "gone"}, {"failure": "dead"}])
def test_given_up(api: Api, cluster: Cluster, call: str, values: dict[str, Any]) -> None:
    visit = Visit(api, change(api, cluster.master, **values))
    assert refused(call, CALLS[call](visit), 403)


@pytest.mark.parametrize("call", CALLS)
def test_cluster_being_deleted(
    api: Api, operator: httpx.Client, cluster: Cluster, call: str
) -> None:
    operator.delete("/clusters/c1")
    assert refused(call, CALLS[call](Visit(api, cluster.master)), 403)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("values", [{"phase": "ready"}, {"reported_ready_at": utc_now()}])
def test_ready_nodes_only_repeat_themselves(
    api: Api, cluster: Cluster, call: str, values: dict[str, Any]
) -> None:
    before = change(api, cluster.master, **values)
    answer = CALLS[call](Visit(api, cluster.master))
    if call in REPEATABLE:
        assert answer.is_success
    else:
        assert refused(call, answer, 403)
    after = change(api, cluster.master)
    assert (after.progress, after.contacted_at) == (before.progress, before.contacted_at)


def test_users_have_no_way_in(api: Api, cluster: Cluster) -> None:
    visit = Visit(api, cluster.master, api.token("admin"))
    assert visit.secrets().status_code == 401


def test_nodes_have_no_way_into_the_users_api(api: Api, cluster: Cluster) -> None:
    visit = Visit(api, cluster.master)
    assert visit.client.get("/clusters").status_code == 401


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999", "1.5"])
def test_odd_numbers(api: Api, cluster: Cluster, number: str) -> None:
    visit = Visit(api, cluster.master)
    visit.cluster = f"{visit.organisation}/clusters/{number}"
    assert 400 <= visit.get("pke/ready").status_code < 500
    assert visit.claim().status_code == 409


def test_claims_are_json(cluster: Cluster, api: Api) -> None:
    payload = node_token(api, cluster.master).split(".")[1]
    told = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert (told["role"], told["node"]) == ("master", cluster.master.id)
