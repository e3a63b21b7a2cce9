"""GET kubeconfig: our own certificate, for a short while, once there is something to reach."""

import base64
from typing import Any

import httpx
import pytest
import yaml
from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.api.asking import create
from tests.api.looking import change, look, make_ready, of_group
from tests.api.served import Api

PATH = "/clusters/c1/kubeconfig"


@pytest.fixture
def cluster(api: Api, operator: httpx.Client) -> dict[str, Any]:
    made = create(operator)
    api.services.vault.ensure_cluster_authorities(made["id"], "c1")
    return made


def test_too_early(operator: httpx.Client, cluster: dict[str, Any]) -> None:
    answer = operator.get(PATH)
    assert answer.status_code == 409
    assert "has not been ready yet" in answer.json()["detail"]


def test_issued(api: Api, operator: httpx.Client, cluster: dict[str, Any]) -> None:
    make_ready(api, cluster)
    answer = operator.get(PATH)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/yaml")
    assert answer.headers["cache-control"] == "no-store"
    found = yaml.safe_load(answer.text)
    [server] = found["clusters"]
    assert server["cluster"]["server"] == "https://10.0.0.10:6443"
    authority = base64.b64decode(server["cluster"]["certificate-authority-data"]).decode()
    assert authority.strip() == api.services.vault.authority(cluster["id"]).strip()
    check_certificate(found["users"][0]["user"])
    last = operator.get("/clusters/c1/events").json()["items"][-1]
    assert (last["reason"], "operator" in last["message"]) == ("KubeconfigIssued", True)


def check_certificate(user: dict[str, str]) -> None:
    pem = base64.b64decode(user["client-certificate-data"])
    certificate = x509.load_pem_x509_certificate(pem)
    subject = certificate.subject
    [organisation] = subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    [name] = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert (organisation.value, name.value) == ("kubeadm:cluster-admins", "a operator")
    life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert life.total_seconds() <= 3600 + 300
    assert b"PRIVATE KEY" in base64.b64decode(user["client-key-data"])


def test_one_ready_master_is_enough(
    api: Api, operator: httpx.Client, cluster: dict[str, Any]
) -> None:
    [master, *_] = of_group(look(api, cluster), "control-plane")
    change(api, master, phase="ready")
    assert operator.get(PATH).status_code == 200
