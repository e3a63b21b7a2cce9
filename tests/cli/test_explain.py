"""Documents explained, so that nobody has to guess a field."""

import json

import pytest

from api.cli.explaining import Explanation
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.document import Document
from provisioner.domain.spec.etcd_cluster import EtcdClusterSpec
from provisioner.domain.spec.image import ImageBuild, ImageImport
from provisioner.domain.spec.load_balancer import LoadBalancerSpec
from tests.cli.conftest import Pkectl


def explained(pkectl: Pkectl, path: str) -> dict[str, dict[str, object]]:
    ran = pkectl("explain", path, "-o", "json")
    assert ran.code == 0, ran.err
    return {one["field"]: one for one in json.loads(ran.out)["fields"]}


def test_fields_with_type_default_limits_and_meaning(pkectl: Pkectl) -> None:
    found = explained(pkectl, "cluster.controlPlane")
    assert found["vcpu"]["type"] == "number"
    assert found["vcpu"]["default"] == 2
    assert found["vcpu"]["limits"] == "1 to 768"
    assert "template" in str(found["diskGiB"]["meaning"])
    assert not found["diskGiB"]["required"]


def test_without_a_document_those_there_are_are_told(pkectl: Pkectl) -> None:
    ran = pkectl("explain")
    told = ran.out + ran.err
    assert all(name in told for name in ("cluster", "nodepool", "etcd", "image-import", "lb"))


def test_within_lists_and_what_may_be_null(pkectl: Pkectl) -> None:
    assert explained(pkectl, "cluster.nodePools.taints")["key"]["required"]
    assert explained(pkectl, "cluster.nodePools[].taints")["key"]["required"]
    assert "via" in explained(pkectl, "etcd.members.addresses.routes")


def test_what_a_pair_carries_for_a_cluster(pkectl: Pkectl) -> None:
    assert "loadBalancer" in str(explained(pkectl, "cluster.endpoint")["mode"]["limits"])
    service = explained(pkectl, "cluster.endpoint.services")
    assert service["ports"]["required"]
    assert "kube-proxy" in str(service["check"]["meaning"])
    assert explained(pkectl, "cluster.endpoint.services.check")["port"]["limits"] == "1 to 65535"


def test_one_field(pkectl: Pkectl) -> None:
    ran = pkectl("explain", "cluster.kubernetes.cni")
    assert "one of flannel, calico, cilium, none; default flannel" in ran.out


def test_what_may_be_of_two_types(pkectl: Pkectl) -> None:
    found = explained(pkectl, "lb.services")
    assert found["ports"]["type"] == "list of number or text"


def test_units_and_fractions(pkectl: Pkectl) -> None:
    found = explained(pkectl, "lb.timeouts")
    assert found["connect"]["type"] == "decimal number"
    assert "seconds" in pkectl("explain", "lb.timeouts").out


def test_the_whole_tree(pkectl: Pkectl) -> None:
    ran = pkectl("explain", "cluster", "--recursive")
    for path in ("storage.secret", "nodePools[].taints[].effect", "bootstrap.packages.mirror"):
        assert f"cluster.{path}" in ran.out


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("cluster.controlPlan", "did you mean controlPlane?"),
        ("cluster.endpoint.nothing", "there are mode, vip, dnsName"),
        ("cluster.name.first", "it has no fields of its own"),
        ("clutser", "did you mean cluster?"),
    ],
)
def test_what_is_not_there(pkectl: Pkectl, path: str, said: str) -> None:
    ran = pkectl("explain", path)
    assert ran.code == 2
    assert said in ran.err


MODELS = [ClusterSpec, EtcdClusterSpec, ImageBuild, ImageImport, LoadBalancerSpec]


@pytest.mark.parametrize("model", MODELS)
def test_every_field_has_a_meaning(model: type[Document]) -> None:
    explanation = Explanation("document", model.model_json_schema())
    tree = explanation.tree(explanation.at(()), "document")
    assert [path for path, field in tree if not field.meaning] == []
