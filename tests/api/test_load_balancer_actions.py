"""What is done by hand to a load balancer: servers, services whose ports move together, the key."""

from typing import Any

import httpx
import pytest

from tests.api.asking import accepted, faults
from tests.api.load_balancing import balancer_document, make


@pytest.fixture
def edge(operator: httpx.Client) -> dict[str, Any]:
    return make(operator)


def states(client: httpx.Client) -> dict[str, str]:
    return client.get("/loadbalancers/edge").json()["serverStates"]


def active(client: httpx.Client) -> str | None:
    services = client.get("/loadbalancers/edge").json()["spec"]["services"]
    return next(one for one in services if one["name"] == "psc").get("active")


def act(client: httpx.Client, server: str, action: str) -> httpx.Response:
    return client.post(f"/loadbalancers/edge/servers/{server}/actions/{action}")


def repoint(client: httpx.Client, **body: Any) -> httpx.Response:
    return client.post("/loadbalancers/edge/services/psc/actions/repoint", json=body)


def test_a_server_is_taken_out_and_let_in(operator: httpx.Client, edge: dict[str, Any]) -> None:
    assert accepted(act(operator, "w1", "drain"))["kind"] == "drain"
    accepted(act(operator, "psc1", "maintenance"))
    assert states(operator) == {"w1": "drain", "psc1": "maintenance"}
    accepted(act(operator, "w1", "ready"))
    assert states(operator) == {"psc1": "maintenance"}
    events = operator.get("/loadbalancers/edge/events").json()["items"]
    assert any("drain of server w1 asked for by" in one["message"] for one in events)


def test_what_is_so_already_changes_nothing(operator: httpx.Client, edge: dict[str, Any]) -> None:
    first = accepted(act(operator, "w1", "drain"))
    again = act(operator, "w1", "drain")
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    assert operator.get("/loadbalancers/edge").json()["generation"] == edge["generation"] + 1


def test_who_is_not_there_is_not_taken_out(operator: httpx.Client, edge: dict[str, Any]) -> None:
    answer = act(operator, "w9", "drain")
    assert answer.status_code == 404
    assert "there are: psc1, psc2, psc3, w1, w2" in answer.json()["detail"]
    assert act(operator, "w1", "explode").status_code == 422


def test_nothing_is_done_while_it_goes(operator: httpx.Client, edge: dict[str, Any]) -> None:
    operator.delete("/loadbalancers/edge")
    assert act(operator, "w1", "drain").status_code == 409
    assert repoint(operator).status_code == 409


def test_a_service_is_moved_from_server_to_server(
    operator: httpx.Client, edge: dict[str, Any]
) -> None:
    for target in ("psc2", "psc3", "psc1"):
        accepted(repoint(operator))
        assert active(operator) == target
    accepted(repoint(operator, server="psc3"))
    assert active(operator) == "psc3"
    assert repoint(operator, server="psc3").status_code == 200


def test_without_a_body_at_all(operator: httpx.Client, edge: dict[str, Any]) -> None:
    accepted(operator.post("/loadbalancers/edge/services/psc/actions/repoint"))
    assert active(operator) == "psc2"


def test_it_is_not_moved_to_who_is_taken_out(operator: httpx.Client, edge: dict[str, Any]) -> None:
    act(operator, "psc2", "maintenance")
    answer = repoint(operator, server="psc2")
    assert answer.status_code == 409
    assert "let it in first" in answer.json()["detail"]
    accepted(repoint(operator))
    assert active(operator) == "psc3"
    act(operator, "psc1", "drain")
    assert "all are taken out" in repoint(operator).json()["detail"]


@pytest.mark.parametrize(
    ("service", "body", "status", "word"),
    [
        ("psc", {"server": "w1"}, 409, "psc1, psc2, psc3"),
        ("web", {}, 409, "moveTogether"),
        ("nowhere", {}, 404, "there are: web, psc"),
    ],
)
def test_what_can_not_be_moved(
    operator: httpx.Client, edge: dict[str, Any], service: str, body: Any, status: int, word: str
) -> None:
    where = f"/loadbalancers/edge/services/{service}/actions/repoint"
    answer = operator.post(where, json=body)
    assert answer.status_code == status
    assert word in answer.json()["detail"]


def test_faults_of_a_move(operator: httpx.Client, edge: dict[str, Any]) -> None:
    assert set(faults(repoint(operator, colour="blue", server=7))) == {"colour", "server"}


def test_a_repeated_move_moves_once(operator: httpx.Client, edge: dict[str, Any]) -> None:
    where = "/loadbalancers/edge/services/psc/actions/repoint"
    answers = [operator.post(where, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert active(operator) == "psc2"


def test_the_key_is_made_anew(operator: httpx.Client) -> None:
    edge = make(operator, balancer_document(vrrp={"version": 2, "auth": "PASS"}))
    answer = accepted(operator.post("/loadbalancers/edge/actions/rotate-key"))
    assert answer["kind"] == "rotate key"
    assert answer["generation"] == edge["generation"] + 1


def test_who_uses_no_key_gets_no_other(operator: httpx.Client, edge: dict[str, Any]) -> None:
    answer = operator.post("/loadbalancers/edge/actions/rotate-key")
    assert answer.status_code == 409
    assert "vrrp.auth is none" in answer.json()["detail"]
