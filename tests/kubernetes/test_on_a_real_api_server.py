"""What we ask of a cluster, asked of the real thing, as one of kubeadm's administrators."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from kubernetes.client import CertificatesV1Api, CoreV1Api

from lab.guests.kubernetes.certificates import Authority, client_certificate
from lab.guests.kubernetes.signing import signed
from provisioner.kubernetes.bootstrap_tokens import new_bootstrap_token, secret_name
from provisioner.kubernetes.client import EndpointClient, exists
from provisioner.kubernetes.cluster_api import ClusterApi
from provisioner.kubernetes.serving_requests import SIGNER, refusal
from provisioner.store.types import utc_now
from tests.kubernetes.real_api import ADMINISTRATORS, RealApi, serving

NODE, ADDRESS = "c1-pool1-abcde", "10.0.0.21"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[RealApi]:
    with serving(tmp_path_factory.mktemp("api"), authority) as api:
        yield api


@pytest.fixture
def asked(real: RealApi, connect) -> Iterator[ClusterApi]:
    pair = client_certificate(real.authority, "pke-provisioner", ADMINISTRATORS)
    with connect([real.endpoint], real.authority, pair, 30.0) as api:
        yield api


def test_kubelets_ask_as_nodes_and_are_approved(real: RealApi, asked: ClusterApi) -> None:
    user = f"system:node:{NODE}"
    kubelet = real.client(user, "system:nodes")
    spec = {
        "signerName": SIGNER,
        "usages": ["digital signature", "server auth"],
        "request": base64.b64encode(signed(user, NODE, [ADDRESS])).decode(),
    }
    body = {"metadata": {"name": "csr-1"}, "spec": spec}
    CertificatesV1Api(kubelet).create_certificate_signing_request(body)
    kubelet.disconnect()
    [found] = asked.serving_requests()
    assert (found.name, found.username) == ("csr-1", user)
    assert refusal(found, {NODE: [ADDRESS]}) is None
    asked.approve_serving_request("csr-1")
    asked.approve_serving_request("csr-1")
    assert asked.serving_requests() == []
    [condition] = _as_administrator(real, _decided)
    assert (condition.type, condition.reason) == ("Approved", "KnownNode")


def test_tokens_come_and_go(real: RealApi, asked: ClusterApi) -> None:
    token = new_bootstrap_token(utc_now(), timedelta(minutes=15), "node one")

    def there() -> bool:
        name = secret_name(token.token_id)
        return _as_administrator(
            real,
            lambda it: exists(lambda: CoreV1Api(it).read_namespaced_secret(name, "kube-system")),
        )

    asked.create_bootstrap_token(token)
    asked.create_bootstrap_token(token)
    assert there()
    asked.delete_bootstrap_token(token.token_id)
    asked.delete_bootstrap_token(token.token_id)
    assert not there()


def test_a_node_is_found_cordoned_emptied_and_deleted(real: RealApi, asked: ClusterApi) -> None:
    body = {"metadata": {"name": "worker-1"}}
    _as_administrator(real, lambda it: CoreV1Api(it).create_node(body))
    assert asked.has_node("worker-1")
    asked.cordon("worker-1")
    asked.drain("worker-1", 5.0, lambda: None)
    asked.delete_node("worker-1")
    assert not asked.has_node("worker-1")


def test_its_version_is_told(asked: ClusterApi) -> None:
    assert asked.server_version().startswith("v1.")


def _decided(client: EndpointClient) -> list[Any]:
    found = CertificatesV1Api(client).read_certificate_signing_request("csr-1")
    return found.status.conditions


def _as_administrator(real: RealApi, work):
    client = real.client("root", "system:masters")
    try:
        return work(client)
    finally:
        client.disconnect()
