"""Status and ready: what nodes tell, and what becomes of it."""

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from provisioner.store.tables import Node
from tests.api.asking import create
from tests.api.looking import change, look, of_group
from tests.api.served import Api
from tests.api.visiting import Visit


@pytest.fixture
def cluster(operator: httpx.Client) -> dict[str, Any]:
    return create(operator)


@pytest.fixture
def worker(api: Api, cluster: dict[str, Any]) -> Node:
    return of_group(look(api, cluster), "pool1")[0]


def reasons(operator: httpx.Client) -> list[str]:
    items = operator.get("/clusters/c1/events").json()["items"]
    return [one["reason"] for one in items if one["node"]]


def writes(api: Api, act: Callable[[], object]) -> int:
    """How many transactions that may write `act` makes the service begin."""
    begun: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        begun.append(statement)

    event.listen(api.database.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(api.database.engine, "before_cursor_execute", note)
    return sum(one.startswith(("UPDATE", "INSERT", "DELETE")) for one in begun)


def test_progress(api: Api, operator: httpx.Client, worker: Node) -> None:
    before = reasons(operator)
    answer = Visit(api, worker).status("kubernetes-node")
    assert answer.status_code == 202
    assert answer.json() == {"processId": worker.id}
    after = change(api, worker)
    assert after.progress == "kubernetes-node: starting"
    assert after.contacted_at
    assert reasons(operator) == before
    shown = operator.get("/clusters/c1/nodes").json()["items"]
    assert "kubernetes-node: starting" in [one["progress"] for one in shown]


def test_first_contact_is_kept(api: Api, worker: Node) -> None:
    visit = Visit(api, worker)
    visit.status("kubernetes-version")
    first = change(api, worker).contacted_at
    visit.status("kubernetes-node")
    assert change(api, worker).contacted_at == first


def test_the_same_again_writes_nothing(api: Api, worker: Node) -> None:
    visit = Visit(api, worker)
    assert writes(api, visit.status) == 1
    assert writes(api, visit.status) == 0


def test_failure(api: Api, operator: httpx.Client, worker: Node) -> None:
    visit = Visit(api, worker)
    visit.status("kubernetes-node", "failed", message="no space")
    assert change(api, worker).failure is None
    visit.status("worker", "failed", final=True, message="no space left on device")
    assert change(api, worker).failure == "worker: no space left on device"
    assert reasons(operator)[-2:] == ["NodeStepFailed", "NodeFailed"]
    assert visit.status("worker", "failed", final=True).status_code == 403
    [shown] = [one for one in operator.get("/clusters/c1/nodes").json()["items"] if one["failure"]]
    assert shown["name"] == worker.name


def test_long_messages_are_cut(api: Api, worker: Node) -> None:
    Visit(api, worker).status("worker", "failed", final=True, message="x" * 50_000)
    assert len(change(api, worker).failure or "") == 2000


def test_a_failing_sub_phase_is_an_event(api: Api, operator: httpx.Client, worker: Node) -> None:
    Visit(api, worker).status("worker", "finished", final=True, message="success")
    assert reasons(operator)[-1] == "NodeFinished"


@pytest.mark.parametrize(
    "body",
    [{}, [], {"status": "sleeping"}, {"status": "running", "message": 7}, "text", None],
)
def test_odd_reports(api: Api, worker: Node, body: Any) -> None:
    answer = Visit(api, worker).post("pke/status", body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_unknown_fields_are_ignored(api: Api, worker: Node) -> None:
    assert Visit(api, worker).status(ip="10.0.0.1", later={"x": 1}).status_code == 202


def test_ready(api: Api, operator: httpx.Client, worker: Node) -> None:
    visit = Visit(api, worker)
    assert visit.ready().json() == {}
    first = change(api, worker).reported_ready_at
    assert first
    assert reasons(operator)[-1] == "NodeReportedReady"
    assert writes(api, lambda: visit.ready(config="")) == 0
    assert change(api, worker).reported_ready_at == first


def test_kubeconfigs_are_not_kept(api: Api, cluster: dict[str, Any], worker: Node) -> None:
    hostile = base64.b64encode(b"users: [{user: {exec: {command: rm}}}]").decode()
    [master, *_] = of_group(look(api, cluster), "control-plane")
    for node in (worker, master):
        assert Visit(api, node).ready(config=hostile).status_code == 200
    assert not _stored(api, hostile)
    assert not _stored(api, "exec: {command")


def _stored(api: Api, text: str) -> bool:
    with api.database.engine.connect() as connection:
        dump = "\n".join(connection.connection.iterdump())
    return text in dump


@pytest.mark.parametrize("config", ["%%%", "YQ", "not base64!", "YQ==\n"])
def test_bad_base64(api: Api, worker: Node, config: str) -> None:
    answer = Visit(api, worker).ready(config=config)
    assert answer.status_code == 400
    assert "not base64" in answer.json()["detail"]
    assert change(api, worker).reported_ready_at is None
