"""pkectl etcd, on the real API."""

import json
from pathlib import Path

import pytest
import yaml

from tests.api.asking import create
from tests.api.etcd_clusters import on
from tests.api.looking import change, look
from tests.api.served import Api
from tests.cli.conftest import Pkectl
from tests.unit.etcd_documents import etcd_document


@pytest.fixture
def etcd(pkectl: Pkectl) -> str:
    ran = pkectl("etcd", "create", "-f", "-", stdin=yaml.safe_dump(etcd_document()))
    assert ran.code == 0, ran.err
    assert "etcd cluster" in ran.out
    return "e1"


def test_a_dry_run_shows_the_plan(pkectl: Pkectl) -> None:
    document = json.dumps(etcd_document())
    ran = pkectl("etcd", "create", "-f", "-", "--dry-run", stdin=document)
    assert ran.code == 0, ran.err
    assert "3 x members" in ran.out
    assert "no etcd clusters yet" in pkectl("etcd", "list").out


def test_every_read_has_a_table(api: Api, pkectl: Pkectl, etcd: str) -> None:
    create(api.client("operator"), on(etcd))
    document = json.loads(pkectl("etcd", "get", etcd, "-o", "json").out)
    nodes = look(api, document)
    assert "c1" in pkectl("etcd", "list").out
    shown = pkectl("etcd", "get", etcd).out
    assert "https://10.0.0.31:2379" in shown
    assert "AsAsked" in shown
    assert all(node.name in pkectl("etcd", "nodes", etcd).out for node in nodes)
    assert "CreationRequested" in pkectl("etcd", "events", etcd).out
    assert yaml.safe_load(pkectl("etcd", "get", etcd, "--spec").out)["name"] == "e1"


def test_one_in_use_is_not_deleted(api: Api, pkectl: Pkectl, etcd: str) -> None:
    create(api.client("operator"), on(etcd))
    ran = pkectl("etcd", "delete", etcd, "--yes")
    assert ran.code == 1
    assert "c1" in ran.err


def test_deleted(pkectl: Pkectl, etcd: str) -> None:
    assert pkectl("etcd", "delete", etcd, "--yes").code == 0
    assert pkectl("etcd", "delete", "other", "--yes", "--missing-ok").code == 0
    ran = pkectl("etcd", "delete", "e11", "--yes")
    assert (ran.code, "did you mean 'e1'" in ran.err) == (4, True)


def test_watching_ends_with_the_operation(api: Api, pkectl: Pkectl, etcd: str) -> None:
    document = json.loads(pkectl("etcd", "get", etcd, "-o", "json").out)
    for node in look(api, document):
        change(api, node, failure="it never booted")
    pkectl("etcd", "retry", etcd)
    ran = pkectl("etcd", "watch", etcd, "--timeout", "0s")
    assert ran.code == 7
    assert "pkectl operation watch" in ran.err


def test_help_names_every_command(pkectl: Pkectl, tmp_path: Path) -> None:
    shown = pkectl("etcd", "--help").out
    for command in ("create", "list", "get", "nodes", "events", "watch", "retry", "delete"):
        assert command in shown
