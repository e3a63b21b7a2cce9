"""Load balancers' documents and changes of whatever kind: a 4xx or a 2xx, never a 5xx."""

from typing import Any

import httpx
from hypothesis import given

from tests.api.load_balancing import balancer_document, make, member, psc, web
from tests.api.test_wild_documents import CALM, check, spoiled

ROUTE = {"to": "172.16.0.0/12", "via": "10.0.0.1"}
NIC = {"network": "nodes", "address": "10.0.0.61/24", "gateway": "10.0.0.1", "routes": [ROUTE]}
OTHER = {"network": "others", "address": "10.3.0.61/24"}
CHECK = {"type": "http", "path": "/up", "host": "web.example", "status": 204, "inter": 3}
FULL = balancer_document(
    members=[
        member(1, site="east", networks={"management": NIC, "workload": OTHER}, diskGiB=30),
        member(2, site="west"),
    ],
    services=[
        web(
            mode="http",
            redirectHttp=True,
            rules=[{"pathPrefix": "/api", "pools": ["west"]}],
            pools=[
                {"name": "east", "site": "east", "check": CHECK}
                | {"servers": [{"name": "e1", "address": "10.9.0.1", "port": 80, "weight": 1}]},
                {"name": "west", "site": "west", "check": CHECK}
                | {"servers": [{"name": "e2", "address": "10.9.0.2"}]},
            ],
        ),
        psc(active="psc2", timeouts={"client": 60, "tunnel": 3600}),
    ],
    vrrp={"version": 2, "interval": 1, "auth": "PASS"},
    firewall={"ssh": ["10.1.0.0/16"], "stats": ["10.1.0.0/16"]},
    timeouts={"connect": 1},
    sshKeys=["ssh-ed25519 AAAA me"],
)
# As of a pair that is there: of its members what can be changed, and one that comes.
CHANGE = {key: one for key, one in FULL.items() if key != "name"} | {
    "members": [
        {"name": "m1", "site": "east", "memoryMiB": 4096, "template": "debian-12-node"},
        member(3, site="west"),
    ],
    "vips": [{"name": "web", "address": "10.0.0.70"}, {"name": "psc", "address": "10.0.0.75"}],
}


def test_sound_before_it_is_spoiled(operator: httpx.Client) -> None:
    answer = operator.post("/loadbalancers?dryRun=true", json=FULL)
    assert answer.status_code == 200, answer.text


@CALM
@given(body=spoiled(FULL))
def test_nearly_sound(operator: httpx.Client, body: dict[str, Any]) -> None:
    check(operator, body, "/loadbalancers?dryRun=true")


def test_sound_changes(operator: httpx.Client) -> None:
    make(operator)
    answer = operator.patch("/loadbalancers/edge?dryRun=true", json=CHANGE)
    assert answer.status_code == 200, answer.text


@CALM
@given(body=spoiled(CHANGE))
def test_nearly_sound_changes(operator: httpx.Client, body: dict[str, Any]) -> None:
    if operator.get("/loadbalancers/edge").status_code == 404:
        make(operator)
    check(operator, body, "/loadbalancers/edge?dryRun=true", "PATCH")
