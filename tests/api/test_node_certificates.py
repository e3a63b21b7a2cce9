"""GET secrets of masters whose pke writes vSphere's account into a file."""

from typing import Any

import httpx

from tests.api.asking import create
from tests.api.looking import look, of_group
from tests.api.served import Api
from tests.api.visiting import Visit
from tests.unit.documents import cluster_document

ACCOUNT = {"server": "vcenter.example", "username": "k8s@corp", "password": "s3cr3t"}


def told(api: Api, operator: httpx.Client, method: str, version: str) -> dict[str, Any]:
    body = {"name": "storage", "type": "vsphere", "values": ACCOUNT}
    assert operator.post("/secrets", json=body).status_code == 201
    document = cluster_document(
        bootstrap={"method": method},
        kubernetes={"version": version, "cni": "none"},
        storage={"secret": "storage"},
    )
    made = create(operator, document)
    api.services.vault.ensure_cluster_authorities(made["id"], "c1")
    master = of_group(look(api, made), "control-plane")[0]
    [secret] = Visit(api, master).secrets().json()
    values: dict[str, Any] = secret["values"]
    return values


def test_the_account_of_storage_comes_with_the_clusters_keys(
    api: Api, operator: httpx.Client
) -> None:
    found = told(api, operator, "pke", "1.22.6")
    assert (found["vsphereUser"], found["vspherePassword"]) == ("k8s@corp", "s3cr3t")
    assert "kubernetesCaKey" in found


def test_kubeadms_masters_have_no_use_for_it(api: Api, operator: httpx.Client) -> None:
    assert "vspherePassword" not in told(api, operator, "kubeadm", "1.35.0")
