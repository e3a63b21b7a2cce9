"""Who may do what: every user route, for nobody, for too little a role, for a stranger."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.services import Services
from provisioner.store import tokens
from provisioner.store.types import utc_now
from tests.api.asking import create
from tests.api.images import build_document
from tests.api.load_balancing import balancer_document
from tests.api.served import Api
from tests.api.test_secrets import body
from tests.unit.etcd_documents import etcd_document

OPEN = {"/healthz", "/readyz", "/metrics"}
# Method, path and the least role; `found` are those a stranger could look for by name.
READS = [
    ("GET", "/clusters"),
    ("GET", "/clusters/c1"),
    ("GET", "/clusters/c1/nodes"),
    ("GET", "/clusters/c1/events"),
    ("GET", "/clusters/c1/addons"),
    ("GET", "/clusters/c1/nodepools"),
    ("GET", "/clusters/c1/nodepools/pool1"),
    ("GET", "/etcd-clusters"),
    ("GET", "/etcd-clusters/e1"),
    ("GET", "/etcd-clusters/e1/nodes"),
    ("GET", "/etcd-clusters/e1/events"),
    ("GET", "/loadbalancers"),
    ("GET", "/loadbalancers/edge"),
    ("GET", "/loadbalancers/edge/nodes"),
    ("GET", "/loadbalancers/edge/events"),
    ("GET", "/images"),
    ("GET", "/images/i1"),
    ("GET", "/images/i1/events"),
    ("GET", "/images/builds/i1"),
    ("GET", "/images/builds/i1/log?follow=false"),
    ("GET", "/operations"),
    ("GET", "/operations/{operation}"),
    ("GET", "/secrets"),
    ("GET", "/secrets/s1"),
    ("GET", "/vcenters"),
    ("GET", "/vcenters/lab"),
    ("GET", "/vcenters/lab/inventory"),
]
OPERATORS = [
    ("POST", "/clusters"),
    ("PATCH", "/clusters/c1"),
    ("DELETE", "/clusters/c1"),
    ("POST", "/clusters/c1/retry"),
    ("GET", "/clusters/c1/kubeconfig"),
    ("POST", "/clusters/c1/nodepools"),
    ("PATCH", "/clusters/c1/nodepools/pool1"),
    ("PATCH", "/clusters/c1/addons"),
    ("DELETE", "/clusters/c1/nodepools/pool1"),
    ("POST", "/etcd-clusters"),
    ("DELETE", "/etcd-clusters/e1"),
    ("POST", "/etcd-clusters/e1/retry"),
    ("POST", "/loadbalancers"),
    ("PATCH", "/loadbalancers/edge"),
    ("POST", "/loadbalancers/edge/servers/w1/actions/drain"),
    ("POST", "/loadbalancers/edge/services/psc/actions/repoint"),
    ("POST", "/loadbalancers/edge/actions/rotate-key"),
    ("DELETE", "/loadbalancers/edge"),
    ("POST", "/loadbalancers/edge/retry"),
    ("POST", "/images/builds"),
    ("POST", "/images/import"),
    ("PATCH", "/images/i1"),
    ("DELETE", "/images/i1"),
    ("POST", "/images/builds/i1/cancel"),
    ("POST", "/images/builds/i1/retry"),
    ("POST", "/secrets"),
    ("PUT", "/secrets/s1"),
    ("DELETE", "/secrets/s1"),
]
# The service's own, alike for all organisations.
SHARED = [
    ("GET", "/images/definitions"),
    ("GET", "/images/definitions/debian-12-node"),
]
NEW = ("/images/builds", "/images/import")
ADMINS = [("POST", "/vcenters"), ("PATCH", "/vcenters/lab"), ("DELETE", "/vcenters/lab")]
BODIES: dict[tuple[str, str], Any] = {
    ("PATCH", "/clusters/c1"): {"sshKeys": []},
    ("PATCH", "/clusters/c1/nodepools/pool1"): {"size": 3},
    ("PATCH", "/clusters/c1/addons"): {"loadBalancer": {"enabled": False}},
    ("POST", "/clusters/c1/nodepools"): {"name": "p", "template": "debian-12-node"},
    ("PATCH", "/loadbalancers/edge"): {"failback": "manual"},
    ("PATCH", "/images/i1"): {"copies": []},
    ("PATCH", "/vcenters/lab"): {"password": "other"},
    ("PUT", "/secrets/s1"): {"values": {}},
}


@dataclass(frozen=True)
class World:
    """`operation` is what asked for the cluster."""

    api: Api
    operation: str

    def ask(self, client: httpx.Client, method: str, path: str) -> httpx.Response:
        body = None if method in ("GET", "DELETE") else BODIES.get((method, path))
        return client.request(method, path.format(operation=self.operation), json=body)


@pytest.fixture(scope="module")
def world(server: str, services: Services) -> Iterator[World]:
    """One of each kind of thing that the routes name. Whoever is refused leaves it as it is."""
    api = Api(server, services)
    api.add_vcenter()
    operator = api.client("operator")
    assert operator.post("/etcd-clusters", json=etcd_document()).status_code == 202
    assert operator.post("/loadbalancers", json=balancer_document()).status_code == 202
    assert operator.post("/images/builds", json=build_document(name="i1")).status_code == 202
    assert operator.post("/secrets", json=body("s1")).status_code == 201
    yield World(api, create(operator)["operation"])
    api.close()


def test_all_routes_are_listed_here(api: Api) -> None:
    """A new route has to say who may use it."""
    known = {_template(path) for _, path in READS + SHARED + OPERATORS + ADMINS} | OPEN
    routes = _routes(create_app(api.services))
    assert {path for path in routes if not path.startswith("/api/v1")} == known


@pytest.mark.parametrize(("method", "path"), READS + SHARED + OPERATORS + ADMINS)
def test_anonymous(world: World, method: str, path: str) -> None:
    api = world.api
    for client in (api.client(None), api.bearer("pke_unknown"), api.bearer("a.b.c")):
        answer = world.ask(client, method, path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("method", "path"), OPERATORS + ADMINS)
def test_viewers_change_nothing(world: World, method: str, path: str) -> None:
    answer = world.ask(world.api.client("viewer"), method, path)
    assert answer.status_code == 403
    assert "the token's role is viewer" in answer.json()["detail"]


@pytest.mark.parametrize(("method", "path"), ADMINS)
def test_operators_have_no_vcenters(world: World, method: str, path: str) -> None:
    assert world.ask(world.api.client("operator"), method, path).status_code == 403


@pytest.mark.parametrize(("method", "path"), READS + OPERATORS + ADMINS)
def test_strangers_find_nothing(world: World, method: str, path: str) -> None:
    answer = world.ask(world.api.client("admin", "theirs"), method, path)
    if path.count("/") == 1 or path in NEW:
        assert method == "POST" or answer.json() == {"items": []}
    else:
        assert answer.status_code == 404, answer.text
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("method", "path"), READS)
def test_viewers_read(world: World, method: str, path: str) -> None:
    assert world.ask(world.api.client("viewer"), method, path).status_code == 200


def test_expired_token(api: Api) -> None:
    org_id = api.organisation()
    with api.database.write() as session:
        value = tokens.issue(session, org_id, "admin", "late", expires_at=utc_now())
    assert api.bearer(value).get("/clusters").status_code == 401


def test_other_schemes_are_no_tokens(api: Api) -> None:
    answer = httpx.get(f"{api.url}/clusters", auth=("admin", "admin"))
    assert answer.status_code == 401


def _template(path: str) -> str:
    path = path.partition("?")[0]
    parts = path.replace("{operation}", "{operation_id}").split("/")
    if parts[1] in ("clusters", "etcd-clusters") and len(parts) > 2:
        parts[2] = "{cluster}"
        parts[4:5] = ["{pool}"] * len(parts[4:5])
    if parts[1] == "loadbalancers" and len(parts) > 2:
        parts[2] = "{balancer}"
        if "actions" in parts[5:]:
            parts[4] = "{name}"
            parts[6] = "{state}" if parts[3] == "servers" else parts[6]
    if path.startswith("/images/builds/"):
        parts[3] = "{build}"
    elif path.startswith("/images/definitions"):
        parts[3:] = ["{definition}"] * len(parts[3:])
    elif parts[1] == "images" and len(parts) > 2 and path not in NEW:
        parts[2] = "{image}"
    if parts[1] in ("secrets", "vcenters") and len(parts) > 2:
        parts[2] = "{name}"
    return "/".join(parts)


def _routes(app: Any) -> set[str]:
    return set(app.openapi()["paths"])
