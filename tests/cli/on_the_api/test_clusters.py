"""pkectl cluster and what it names, on the real API."""

import json

import pytest
import yaml

from tests.api.looking import make_ready
from tests.api.served import Api
from tests.cli.conftest import Pkectl
from tests.unit.documents import cluster_document


@pytest.fixture
def cluster(pkectl: Pkectl) -> str:
    ran = pkectl("cluster", "create", "-f", "-", stdin=yaml.safe_dump(cluster_document()))
    assert ran.code == 0, ran.err
    return "c1"


def test_a_dry_run_shows_the_plan_and_creates_nothing(pkectl: Pkectl) -> None:
    document = json.dumps(cluster_document())
    ran = pkectl("cluster", "create", "-f", "-", "--dry-run", stdin=document)
    assert ran.code == 0, ran.err
    assert "3 x control-plane" in ran.out
    assert "no clusters yet" in pkectl("cluster", "list").out


def test_every_read_has_a_table(api: Api, pkectl: Pkectl, cluster: str) -> None:
    document = json.loads(pkectl("cluster", "get", cluster, "-o", "json").out)
    made_ready = make_ready(api, document)
    assert "c1" in pkectl("cluster", "list").out
    assert "1.35.0" in pkectl("cluster", "get", cluster).out
    nodes = pkectl("cluster", "nodes", cluster).out
    assert all(node.name in nodes for node in made_ready)
    assert "CreationRequested" in pkectl("cluster", "events", cluster).out
    assert "pool1" in pkectl("cluster", "nodepool", "list", cluster).out
    assert document["operation"] in pkectl("operation", "list", "--cluster", cluster).out
    assert "control-plane" in pkectl("operation", "get", document["operation"]).out
    assert "vcenter.example:443" in pkectl("vcenter", "list").out
    assert "vcenter.example:443" in pkectl("vcenter", "get", "lab").out
    assert "debian-12-node" in pkectl("vcenter", "inventory", "lab").out
    assert "service" in pkectl("version").out


def test_changes_are_accepted_or_planned(pkectl: Pkectl, cluster: str) -> None:
    assert "4 x pool1" in pkectl("cluster", "scale", cluster, "pool1", "4", "--dry-run").out
    assert pkectl("cluster", "scale", cluster, "pool1", "4").code == 0
    pool = "{name: pool2, template: debian-12-node}"
    assert pkectl("cluster", "nodepool", "add", cluster, "-f", "-", stdin=pool).code == 0
    assert pkectl("cluster", "nodepool", "delete", cluster, "pool2", "--yes").code == 0
    assert pkectl("cluster", "retry", cluster).code == 0
    assert pkectl("cluster", "delete", cluster, "--yes").code == 0


def test_the_shown_document_can_be_edited_and_sent_again(pkectl: Pkectl, cluster: str) -> None:
    document = yaml.safe_load(pkectl("cluster", "get", cluster, "--spec").out)
    document["loadBalancerRanges"] = ["10.0.0.240-10.0.0.250"]
    ran = pkectl("cluster", "update", cluster, "-f", "-", stdin=yaml.safe_dump(document))
    assert ran.code == 0, ran.err
    again = pkectl("cluster", "update", cluster, "-f", "-", stdin=yaml.safe_dump(document))
    assert "nothing" in again.err
    document["kubernetes"]["version"] = "1.36.0"
    ran = pkectl("cluster", "update", cluster, "-f", "-", stdin=yaml.safe_dump(document))
    assert ran.code == 6
    assert "kubernetes: can't be changed" in ran.err


def test_faults_conflicts_and_roles_have_their_codes(pkectl: Pkectl, cluster: str) -> None:
    wrong = cluster_document(name="c2", vcenter="labb", nodePool=[])
    ran = pkectl("cluster", "create", "-f", "-", stdin=yaml.safe_dump(wrong))
    assert ran.code == 6
    assert "nodePool: is not a known field" in ran.err
    assert "vcenter: " in ran.err
    assert pkectl("cluster", "kubeconfig", cluster).code == 1
    assert "did you mean 'c1'?" in pkectl("cluster", "get", "c11").err
    refused = pkectl("cluster", "delete", cluster, "--yes", role="viewer")
    assert refused.code == 5
    assert "operator" in refused.err
