"""The election: one winner, whoever asks however often."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from provisioner.domain.nodes import Loss
from provisioner.store import leadership, resources
from provisioner.store.tables import Node
from provisioner.store.types import utc_now
from tests.api.asking import create
from tests.api.looking import change, look, make_ready, of_group
from tests.api.served import Api
from tests.api.visiting import Visit


@pytest.fixture
def cluster(operator: httpx.Client) -> dict[str, Any]:
    return create(operator)


@pytest.fixture
def masters(api: Api, cluster: dict[str, Any]) -> list[Node]:
    return of_group(look(api, cluster), "control-plane")


def test_won_lost_won_again(api: Api, masters: list[Node]) -> None:
    first, second = Visit(api, masters[0]), Visit(api, masters[1])
    assert first.get("pke/leader").status_code == 404
    assert first.get("pke/leader").json() is None
    won = first.claim()
    assert (won.status_code, won.json()["hostname"]) == (201, masters[0].name)
    lost = second.claim("10.0.0.22")
    assert lost.status_code == 409
    assert lost.json() == {"hostname": masters[0].name, "ip": "10.0.0.21"}
    assert first.claim("10.0.0.29").status_code == 201
    assert second.get("pke/leader").json() == {"hostname": masters[0].name, "ip": "10.0.0.29"}


def test_a_victory_is_one_event(api: Api, operator: httpx.Client, masters: list[Node]) -> None:
    visit = Visit(api, masters[0])
    visit.claim()
    visit.claim()
    items = operator.get("/clusters/c1/events").json()["items"]
    elected = [one for one in items if one["reason"] == "LeaderElected"]
    assert [one["node"] for one in elected] == [masters[0].name]


def test_race_of_32(api: Api, masters: list[Node]) -> None:
    visits = [Visit(api, masters[index % 3]) for index in range(32)]
    with ThreadPoolExecutor(32) as threads:
        answers = list(threads.map(lambda visit: (visit.node.name, visit.claim()), visits))
    winners = {name for name, answer in answers if answer.status_code == 201}
    assert len(winners) == 1
    losers = {answer.status_code for name, answer in answers if name not in winners}
    assert losers == {409}
    [winner] = winners
    assert all(answer.status_code == 201 for name, answer in answers if name == winner)


def test_taken_over_once_the_leader_is_gone(api: Api, masters: list[Node]) -> None:
    Visit(api, masters[0]).claim()
    change(api, masters[0], phase="removing", failure="dead")
    assert Visit(api, masters[1]).claim().status_code == 409
    with api.database.write() as session:
        resources.lock(session, masters[0].resource_id)
        leadership.clear(session, masters[0].id)
    assert Visit(api, masters[1]).claim().status_code == 201


def test_no_second_control_plane(api: Api, cluster: dict[str, Any], masters: list[Node]) -> None:
    """The leader is gone, another master is ready: who comes now joins it."""
    change(api, masters[1], phase="ready", ready_at=utc_now(), address="10.0.0.22")
    late = Visit(api, masters[2])
    assert late.claim().status_code == 409
    assert late.get("pke/leader").json() == {"hostname": masters[1].name, "ip": "10.0.0.22"}
    assert late.get("pke/ready").json() == {"master": {"ready": True}}


def test_no_fresh_start_of_an_established_cluster(
    api: Api, cluster: dict[str, Any], masters: list[Node]
) -> None:
    for node in make_ready(api, cluster, "control-plane"):
        if node.group == "control-plane":
            change(api, node, phase="gone")
    [new, *_] = of_group(look(api, cluster), "control-plane")
    assert Visit(api, new).claim().status_code == 409
    assert Visit(api, new).get("pke/leader").status_code == 404


def test_no_fresh_start_while_all_masters_look_lost(
    api: Api, cluster: dict[str, Any], masters: list[Node]
) -> None:
    """The leader is gone, its claim cleared, the others silent: whoever comes waits to join."""
    Visit(api, masters[0]).claim()
    make_ready(api, cluster)
    for node in masters[1:]:
        change(api, node, lost=Loss.GONE, lost_at=utc_now())
    change(api, masters[0], phase="gone")
    with api.database.write() as session:
        leadership.clear(session, masters[0].id)
    new = next(n for n in of_group(look(api, cluster), "control-plane") if n.phase == "creating")
    assert Visit(api, new).claim().status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        {"hostname": "somebody-else", "ip": "10.0.0.21"},
        {"hostname": "", "ip": "10.0.0.21"},
        {"hostname": "x", "ip": "nowhere"},
        {"hostname": ["x"], "ip": 7},
    ],
)
def test_odd_claims(api: Api, masters: list[Node], body: Any) -> None:
    visit = Visit(api, masters[0])
    assert visit.post("pke/leader", body).status_code == 409
    assert visit.get("pke/leader").status_code == 404


def test_odd_requests(api: Api, masters: list[Node]) -> None:
    """Whatever is wrong: 409, the one refusal pke understands."""
    visit = Visit(api, masters[0])
    path = f"{visit.cluster}/pke/leader"
    kind = {"Content-Type": "application/json"}
    for answer in (
        visit.client.post(path, content=b"{", headers=kind),
        visit.client.post(path, content=b" " * 2_000_000, headers=kind),
        visit.client.post(path, content=b"{}", headers={"Content-Type": "text/plain"}),
        visit.client.post(path + "/", json={}),
        visit.client.post(f"{api.url}/{path}", json={}),
        visit.client.post(f"/base{path}", json={}),
        visit.client.post("/api/v1/orgs/x/clusters/y/pke/leader", json={}),
    ):
        assert answer.status_code == 409, answer.text
        assert answer.headers["content-type"] in ("application/json", "application/problem+json")
