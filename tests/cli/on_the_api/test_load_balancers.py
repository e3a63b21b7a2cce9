"""pkectl lb, on the real API."""

import json
from typing import Any

import pytest
import yaml

from tests.api.load_balancing import balancer_document, member
from tests.api.looking import look
from tests.api.served import Api
from tests.cli.conftest import Pkectl


@pytest.fixture
def edge(pkectl: Pkectl) -> dict[str, Any]:
    ran = pkectl("lb", "create", "-f", "-", stdin=yaml.safe_dump(balancer_document()))
    assert ran.code == 0, ran.err
    assert "load balancer" in ran.out
    return json.loads(pkectl("lb", "get", "edge", "-o", "json").out)


def test_a_dry_run_shows_the_plan(pkectl: Pkectl) -> None:
    document = json.dumps(balancer_document())
    ran = pkectl("lb", "create", "-f", "-", "--dry-run", stdin=document)
    assert ran.code == 0, ran.err
    assert "1 x m1" in ran.out
    assert "no load balancers yet" in pkectl("lb", "list").out


def test_every_read_has_a_table(api: Api, pkectl: Pkectl, edge: dict[str, Any]) -> None:
    nodes = look(api, edge)
    assert "10.0.0.70, 10.0.0.71" in pkectl("lb", "list").out
    shown = pkectl("lb", "get", "edge").out
    for part in ("10.0.0.70", "m2", "www.example.com. 60 IN A", "no cluster", "0 of 2 ready"):
        assert part in shown
    listed = pkectl("lb", "nodes", "edge").out
    assert all(node.name in listed for node in nodes)
    assert "CreationRequested" in pkectl("lb", "events", "edge").out
    assert yaml.safe_load(pkectl("lb", "get", "edge", "--spec").out)["name"] == "edge"


def test_one_member_alone_is_told_of(pkectl: Pkectl) -> None:
    alone = balancer_document(members=[member(1)], vips=[], services=[])
    assert pkectl("lb", "create", "-f", "-", stdin=yaml.safe_dump(alone)).code == 0
    assert "edge has one member" in pkectl("lb", "get", "edge").out
    assert "no VIP has a dnsName" in pkectl("lb", "dns", "edge").out


def test_records_for_the_administrator_of_dns(pkectl: Pkectl, edge: dict[str, Any]) -> None:
    assert pkectl("lb", "dns", "edge").out.splitlines() == edge["dnsRecords"]
    assert json.loads(pkectl("lb", "dns", "edge", "-o", "json").out) == edge["dnsRecords"]


def test_all_faults_of_a_request(pkectl: Pkectl) -> None:
    document = balancer_document(members=[member(1, vcenter="nowhere")], failback="never")
    ran = pkectl("lb", "create", "-f", "-", stdin=yaml.safe_dump(document))
    assert ran.code == 6
    assert "members.0.vcenter: " in ran.err
    assert "failback: " in ran.err


def test_watching_ends_with_the_operation(pkectl: Pkectl, edge: dict[str, Any]) -> None:
    assert pkectl("lb", "retry", "edge").code == 0
    ran = pkectl("lb", "watch", "edge", "--timeout", "0s")
    assert (ran.code, "pkectl operation watch" in ran.err) == (7, True)


def test_deleted(pkectl: Pkectl, edge: dict[str, Any]) -> None:
    assert pkectl("lb", "delete", "edge").code == 2
    assert pkectl("lb", "delete", "edge", "--yes").code == 0
    assert pkectl("lb", "delete", "other", "--yes", "--missing-ok").code == 0
    ran = pkectl("lb", "get", "edgy")
    assert (ran.code, "did you mean 'edge'" in ran.err) == (4, True)
