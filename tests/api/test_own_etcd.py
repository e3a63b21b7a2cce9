"""Clusters that keep their data in their users' own etcd."""

from typing import Any

import httpx

from provisioner.domain.ids import ResourceId
from tests.api.asking import create, faults
from tests.api.looking import look
from tests.api.served import Api
from tests.api.test_secrets import REGISTRY, etcd_values
from tests.api.visiting import Visit
from tests.unit.documents import cluster_document

ENDPOINT = "https://10.9.0.1:2379"


def on_their_own(name: str, prefix: str | None = None, **external: Any) -> dict[str, Any]:
    given = {"endpoints": [ENDPOINT], "secret": "etcd"} | external
    given |= {"prefix": prefix} if prefix else {}
    plane = {"size": 2, "template": "debian-12-node", "externalEtcd": given}
    vip = "10.0.0.10" if name == "c1" else "10.0.0.11"
    return cluster_document(name=name, controlPlane=plane, endpoint={"vip": vip})


def store_secret(client: httpx.Client, of_type: str = "etcd") -> dict[str, str]:
    values = etcd_values() if of_type == "etcd" else REGISTRY
    answer = client.post("/secrets", json={"name": "etcd", "type": of_type, "values": values})
    assert answer.status_code == 201, answer.text
    return values


def test_their_secret_must_be_there_and_of_its_type(operator: httpx.Client) -> None:
    found = faults(operator.post("/clusters", json=on_their_own("c1")))
    assert "no secret named 'etcd'" in found["controlPlane.externalEtcd.secret"]
    store_secret(operator, "registry")
    found = faults(operator.post("/clusters", json=on_their_own("c1")))
    assert "of type registry" in found["controlPlane.externalEtcd.secret"]


def test_masters_get_what_the_secret_holds(api: Api, operator: httpx.Client) -> None:
    values = store_secret(operator)
    cluster = create(operator, on_their_own("c1"))
    api.services.vault.ensure_cluster_authorities(ResourceId(cluster["id"]), "c1")
    master = next(node for node in look(api, cluster) if node.group == "control-plane")
    [secret] = Visit(api, master).secrets().json()
    assert secret["values"]["externalEtcdCaCert"] == values["ca"]
    assert secret["values"]["externalEtcdClientKey"] == values["key"]


def test_one_in_use_can_not_be_deleted(operator: httpx.Client) -> None:
    store_secret(operator)
    create(operator, on_their_own("c1"))
    assert operator.delete("/secrets/etcd").status_code == 409


def test_prefixes_of_the_same_endpoint_do_not_meet(operator: httpx.Client) -> None:
    store_secret(operator)
    create(operator, on_their_own("c1", "/a"))
    found = faults(operator.post("/clusters", json=on_their_own("c2", "/a/b")))
    assert list(found) == ["controlPlane.externalEtcd.prefix"]
    elsewhere = on_their_own("c2", "/a", endpoints=["https://10.9.0.2:2379"])
    create(operator, elsewhere)
