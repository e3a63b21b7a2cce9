"""kubeadm's documents, as far as the service renders them."""

import json
from typing import Any

from provisioner.bootstrap.kubeadm_config import init_documents, join_document
from tests.node.machine import a_node

TAINT = {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}


def init(**changes: Any) -> dict[str, dict[str, Any]]:
    parts = [json.loads(part) for part in init_documents(a_node(**changes)).split("\n---\n")]
    return {part["kind"]: part for part in parts}


def join(**changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(join_document(a_node(**changes)))
    return document


def test_versions_of_the_interfaces() -> None:
    documents = init()
    assert documents["KubeletConfiguration"]["apiVersion"] == "kubelet.config.k8s.io/v1beta1"
    for kind in ("InitConfiguration", "ClusterConfiguration"):
        assert documents[kind]["apiVersion"] == "kubeadm.k8s.io/v1beta4"
    assert join()["apiVersion"] == "kubeadm.k8s.io/v1beta4"


def test_cluster() -> None:
    cluster = init()["ClusterConfiguration"]
    assert cluster["kubernetesVersion"] == "v1.35.1"
    assert cluster["clusterName"] == "c1"
    assert cluster["controlPlaneEndpoint"] == "10.0.0.100:6443"
    assert cluster["networking"]["podSubnet"] == "10.244.0.0/16"
    assert cluster["networking"]["serviceSubnet"] == "10.96.0.0/16"


def test_name_and_floating_address_are_both_certified() -> None:
    cluster = init(endpoint={"vip": "10.0.0.100", "dnsName": "api.example.com"})[
        "ClusterConfiguration"
    ]
    assert cluster["controlPlaneEndpoint"] == "api.example.com:6443"
    names = cluster["apiServer"]["certSANs"]
    assert {"10.0.0.100", "api.example.com", "127.0.0.1"} <= set(names)


def test_arguments_are_lists_of_name_and_value() -> None:
    documents = init()
    arguments = documents["ClusterConfiguration"]["apiServer"]["extraArgs"]
    assert {tuple(argument) for argument in arguments} == {("name", "value")}
    arguments = join()["nodeRegistration"]["kubeletExtraArgs"]
    assert {"name": "node-ip", "value": "@ADDRESS@"} in arguments


def test_secrets_are_encrypted_at_rest() -> None:
    server = init()["ClusterConfiguration"]["apiServer"]
    path = "/etc/kubernetes/encryption-provider-config.yaml"
    assert server["extraArgs"] == [{"name": "encryption-provider-config", "value": path}]
    assert server["extraVolumes"][0]["hostPath"] == path


def test_labels() -> None:
    arguments = join(labels={"zone": "b", "disk": "ssd"})["nodeRegistration"]["kubeletExtraArgs"]
    value = "disk=ssd,nodepool.banzaicloud.io/name=control-plane,zone=b"
    assert {"name": "node-labels", "value": value} in arguments


def test_masters_are_tainted_unless_schedulable() -> None:
    registration = init()["InitConfiguration"]["nodeRegistration"]
    assert registration["taints"] == [TAINT]
    assert join()["nodeRegistration"]["taints"] == [TAINT]
    assert join(schedulable=True)["nodeRegistration"]["taints"] == []


def test_taints_of_workers() -> None:
    taint = {"key": "gpu", "value": "yes", "effect": "NoExecute"}
    assert join(role="worker", taints=[taint])["nodeRegistration"]["taints"] == [taint]
    assert join(role="worker")["nodeRegistration"]["taints"] == []


def test_only_masters_join_the_control_plane() -> None:
    assert "controlPlane" in join()
    assert "controlPlane" not in join(role="worker")


def test_start_token_is_short_lived() -> None:
    tokens = init()["InitConfiguration"]["bootstrapTokens"]
    assert [token["ttl"] for token in tokens] == ["1m0s"]
