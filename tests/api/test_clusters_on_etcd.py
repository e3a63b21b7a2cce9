"""Clusters that keep their data in an etcd cluster of ours."""

import httpx
import pytest
from cryptography import x509

from provisioner.domain.ids import ResourceId
from tests.api.asking import create, faults
from tests.api.etcd_clusters import make, on, prepare, second
from tests.api.looking import look
from tests.api.served import Api
from tests.api.visiting import Visit
from tests.unit.etcd_documents import etcd_document, with_addresses


def test_a_cluster_of_two_masters_on_it(operator: httpx.Client) -> None:
    make(operator)
    found = create(operator, on("e1"))
    assert found["spec"]["controlPlane"]["externalEtcd"] == {"etcdCluster": "e1", "endpoints": []}
    assert operator.get("/etcd-clusters/e1").json()["clusters"] == ["c1"]


def test_unknown_and_foreign_ones_are_refused(api: Api, operator: httpx.Client) -> None:
    api.add_vcenter("theirs")
    make(api.client("operator", "theirs"), etcd_document(name="hidden"))
    make(operator, with_addresses("10.0.0.41-10.0.0.43"))
    found = faults(operator.post("/clusters", json=on("hidden")))
    advice = found["controlPlane.externalEtcd.etcdCluster"]
    assert "no etcd cluster 'hidden'" in advice
    assert "there are: e1" in advice


def test_one_that_goes_is_refused(operator: httpx.Client) -> None:
    make(operator)
    operator.delete("/etcd-clusters/e1")
    found = faults(operator.post("/clusters", json=on("e1")))
    assert "being deleted" in found["controlPlane.externalEtcd.etcdCluster"]


def test_one_in_use_stays(operator: httpx.Client) -> None:
    make(operator)
    create(operator, on("e1"))
    answer = operator.delete("/etcd-clusters/e1")
    assert answer.status_code == 409
    assert "c1" in answer.json()["detail"]
    operator.delete("/clusters/c1")
    assert operator.delete("/etcd-clusters/e1").status_code == 202


@pytest.mark.parametrize("prefix", ["/a", "/a/b", "/"])
def test_a_prefix_is_one_clusters_alone(operator: httpx.Client, prefix: str) -> None:
    make(operator)
    create(operator, on("e1", "/a"))
    found = faults(operator.post("/clusters", json=second("e1", prefix)))
    assert list(found) == ["controlPlane.externalEtcd.prefix"]


def test_an_id_as_prefix_is_taken_too(operator: httpx.Client) -> None:
    make(operator)
    first = create(operator, on("e1"))
    found = faults(operator.post("/clusters", json=second("e1", f"/{first['id']}")))
    assert "cluster 'c1'" in found["controlPlane.externalEtcd.prefix"]


def test_prefixes_of_other_etcd_clusters_do_not_count(operator: httpx.Client) -> None:
    make(operator)
    make(operator, with_addresses("10.0.0.34-10.0.0.36") | {"name": "e2"})
    create(operator, on("e1", "/a"))
    create(operator, second("e2", "/a"))


def test_where_the_data_is_can_not_be_changed(operator: httpx.Client) -> None:
    make(operator)
    create(operator, on("e1"))
    change = {"controlPlane": {"externalEtcd": {"etcdCluster": "e2"}}}
    found = faults(operator.patch("/clusters/c1", json=change))
    assert "can't be changed" in found["controlPlane.externalEtcd"]


def test_its_masters_get_a_client_certificate_and_no_etcd_authority(
    api: Api, operator: httpx.Client
) -> None:
    prepare(api, make(operator))
    cluster = create(operator, on("e1"))
    api.services.vault.ensure_cluster_authorities(ResourceId(cluster["id"]), "c1")
    master = next(node for node in look(api, cluster) if node.group == "control-plane")
    [secret] = Visit(api, master).secrets().json()
    found = secret["values"]
    assert "etcdCaKey" not in found
    client = x509.load_pem_x509_certificate(found["externalEtcdClientCert"].encode())
    assert client.subject.rfc4514_string() == f"CN={cluster['id']}"
    assert "PRIVATE KEY" in found["externalEtcdClientKey"]
    client.verify_directly_issued_by(
        x509.load_pem_x509_certificate(found["externalEtcdCaCert"].encode())
    )
