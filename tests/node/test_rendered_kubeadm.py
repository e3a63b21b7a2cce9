"""kubeadm's documents, as far as the service renders them."""

import json
from typing import Any

from provisioner.bootstrap.certificates import certificate_files
from provisioner.bootstrap.kubeadm_config import init_documents, join_document, merged
from provisioner.bootstrap.node.texts import filled
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


def test_users_own_fields_are_no_places_to_fill_in() -> None:
    """They end up in a ConfigMap that everybody in the cluster may read."""
    odd = {"maxPods": 200, "@TOKEN@": ["@TOKEN@", "@ADDRESS@"]}
    kubernetes = {
        "version": "1.35.1",
        "kubelet_configuration": odd,
        "kube_proxy_configuration": odd,
    }
    text = filled(init_documents(a_node(kubernetes=kubernetes)), token="secret", address="10.0.0.1")
    parts = {part["kind"]: part for part in map(json.loads, text.split("\n---\n"))}
    assert parts["InitConfiguration"]["bootstrapTokens"][0]["token"] == "secret"
    for kind in ("KubeletConfiguration", "KubeProxyConfiguration"):
        assert parts[kind].items() >= odd.items()


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


def test_what_users_set_wins_and_the_rest_stays() -> None:
    kubernetes = {
        "version": "1.35.1",
        "kubeletConfiguration": {
            "failCgroupV1": False,
            "authentication": {"anonymous": {"enabled": False}},
        },
        "kubeProxyConfiguration": {"conntrack": {"maxPerCore": 0, "min": 0}},
    }
    documents = init(kubernetes=kubernetes)
    kubelet = documents["KubeletConfiguration"]
    assert kubelet["failCgroupV1"] is False
    assert kubelet["cgroupDriver"] == "systemd"
    assert kubelet["serverTLSBootstrap"] is True
    proxy = documents["KubeProxyConfiguration"]
    assert proxy["conntrack"] == {"maxPerCore": 0, "min": 0}
    assert proxy["apiVersion"] == "kubeproxy.config.k8s.io/v1alpha1"
    assert "KubeProxyConfiguration" not in init()


def test_merging_is_deep_and_replaces_lists() -> None:
    ours = {"a": {"x": 1, "y": [1, 2]}, "b": 1}
    theirs = {"a": {"y": [3], "z": None}, "c": 2}
    assert merged(ours, theirs) == {"a": {"x": 1, "y": [3], "z": None}, "b": 1, "c": 2}
    assert ours == {"a": {"x": 1, "y": [1, 2]}, "b": 1}


def test_preflight_errors_are_ignored_by_name_alone() -> None:
    named_ones = {"version": "1.35.1", "ignorePreflightErrors": ["Swap", "Mem"]}
    for registration in (
        init(kubernetes=named_ones)["InitConfiguration"]["nodeRegistration"],
        join(kubernetes=named_ones)["nodeRegistration"],
    ):
        assert registration["ignorePreflightErrors"] == ["Swap", "Mem"]
    assert "ignorePreflightErrors" not in join()["nodeRegistration"]


def test_images_of_another_registry() -> None:
    cluster = init(image_registry="registry.corp:5000/kubernetes")["ClusterConfiguration"]
    assert cluster["imageRepository"] == "registry.corp:5000/kubernetes"
    assert "imageRepository" not in init()["ClusterConfiguration"]


def test_a_cloud_provider_of_the_cluster_sets_addresses() -> None:
    external = {"name": "cloud-provider", "value": "external"}
    assert external in join(external_cloud_provider=True)["nodeRegistration"]["kubeletExtraArgs"]
    assert external not in join()["nodeRegistration"]["kubeletExtraArgs"]


def test_etcd_of_others() -> None:
    etcd = {"endpoints": ["https://10.0.0.31:2379"], "prefix": "/c1"}
    cluster = init(etcd=etcd)["ClusterConfiguration"]
    assert cluster["etcd"]["external"]["endpoints"] == ["https://10.0.0.31:2379"]
    written = {file["path"]: file for file in certificate_files(external_etcd=True)}
    for key in ("caFile", "certFile", "keyFile"):
        assert cluster["etcd"]["external"][key] in written
    assert written[cluster["etcd"]["external"]["keyFile"]]["permissions"] == "0600"
    assert {"name": "etcd-prefix", "value": "/c1"} in cluster["apiServer"]["extraArgs"]
    assert "etcdCaKey" not in {file["key"] for file in written.values()}
