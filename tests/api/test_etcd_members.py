"""Members of etcd clusters at the node API."""

from typing import Any

import httpx
import pytest
from cryptography import x509
from pydantic import SecretStr

from provisioner.domain.etcd_clusters import peer_url
from provisioner.domain.ids import ResourceId
from provisioner.domain.nodes import Phase
from provisioner.store import etcd_members, leadership, resources
from provisioner.store.types import utc_now
from provisioner.vault.layout import join_token_path
from tests.api.asking import create
from tests.api.etcd_clusters import make, prepare
from tests.api.looking import change, look
from tests.api.served import Api
from tests.api.visiting import Visit


@pytest.fixture
def etcd(api: Api, operator: httpx.Client) -> dict[str, Any]:
    found = make(operator)
    prepare(api, found)
    return found


def test_the_first_member_that_asks_starts_the_cluster(api: Api, etcd: dict[str, Any]) -> None:
    first, other, _ = look(api, etcd)
    visit = Visit(api, first)
    answer = visit.get("etcd/member")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    settings = dict(line.split("=", 1) for line in answer.json()["configuration"].splitlines())
    assert (
        settings["ETCD_INITIAL_CLUSTER"] == f"{first.name}={peer_url(etcd_members.address(first))}"
    )
    assert settings["ETCD_INITIAL_CLUSTER_STATE"] == "new"
    assert visit.get("etcd/member").status_code == 200
    waiting = Visit(api, other).get("etcd/member")
    assert (waiting.status_code, waiting.headers["retry-after"]) == (503, "2")


def test_others_join_when_the_members_know_them(api: Api, etcd: dict[str, Any]) -> None:
    first, other, _ = look(api, etcd)
    Visit(api, first).get("etcd/member")
    path = join_token_path(ResourceId(etcd["id"]), other.id)
    initial = f'{{"{first.name}": "https://10.0.0.31:2380", "{other.name}": "https://b:2380"}}'
    api.services.vault.write_secret(path, {"initial": SecretStr(initial)})
    change(api, other, join_token_at=utc_now())
    found = Visit(api, other).get("etcd/member").json()
    assert f"ETCD_INITIAL_CLUSTER={first.name}=https" in found["configuration"]
    assert "ETCD_INITIAL_CLUSTER_STATE=existing" in found["configuration"]


def test_a_starter_that_is_gone_is_succeeded(api: Api, etcd: dict[str, Any]) -> None:
    first, other, _ = look(api, etcd)
    Visit(api, first).get("etcd/member")
    Visit(api, other).get("etcd/member")
    change(api, first, phase=Phase.GONE)
    with api.database.write() as session:
        leadership.clear(session, first.id)
    assert Visit(api, other).get("etcd/member").status_code == 200


def test_nobody_starts_a_second_one(api: Api, etcd: dict[str, Any]) -> None:
    """Also when all members of the first are gone: what it held would be lost unseen."""
    first, *_ = look(api, etcd)
    with api.database.write() as session:
        resources.lock(session, etcd["id"]).established = True
    assert Visit(api, first).get("etcd/member").status_code == 503


def test_its_certificate_is_its_own(api: Api, etcd: dict[str, Any]) -> None:
    first, *_ = look(api, etcd)
    found = Visit(api, first).get("etcd/member").json()
    certificate = x509.load_pem_x509_certificate(found["certificate"].encode())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert first.name in names.get_values_for_type(x509.DNSName)
    assert set(found) == {"configuration", "authority", "certificate", "privateKey"}


@pytest.mark.parametrize("path", ["pke/ready", "bootstrap", "pke/leader"])
def test_members_are_no_nodes_of_kubernetes(api: Api, etcd: dict[str, Any], path: str) -> None:
    first, *_ = look(api, etcd)
    assert Visit(api, first).get(path).status_code == 403
    assert Visit(api, first).secrets().status_code == 403


def test_nodes_of_kubernetes_are_no_members(api: Api, operator: httpx.Client) -> None:
    for node in look(api, create(operator)):
        assert Visit(api, node).get("etcd/member").status_code == 403


def test_a_ready_member_gets_nothing_more(api: Api, etcd: dict[str, Any]) -> None:
    first, *_ = look(api, etcd)
    visit = Visit(api, first)
    visit.get("etcd/member")
    assert visit.ready().is_success
    assert visit.get("etcd/member").status_code == 403
