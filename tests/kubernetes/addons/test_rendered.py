"""What is rendered, where a real API server would not notice that it is wrong."""

import base64
import json

import pytest
import yaml

from provisioner.kubernetes.addons.model import reference
from tests.kubernetes.addons import rendered


def one(add_on, kind: str, name: str):
    [found] = [
        body for body in add_on.objects if (body["kind"], body["metadata"]["name"]) == (kind, name)
    ]
    return found


@pytest.mark.parametrize("add_on", rendered.ALL, ids=lambda one: one.name)
def test_no_object_is_there_twice(add_on):
    references = [reference(body) for body in add_on.objects]
    assert len(set(references)) == len(references)


@pytest.mark.parametrize("add_on", rendered.ALL, ids=lambda one: one.name)
def test_every_object_bears_our_labels_and_its_own(add_on):
    for before, after in zip(add_on.objects, add_on.marked(), strict=True):
        labels = after["metadata"]["labels"]
        assert labels["app.kubernetes.io/managed-by"] == "pke-provisioner"
        assert labels["pke-provisioner/add-on"] == add_on.name
        assert labels.items() >= before["metadata"].get("labels", {}).items()


@pytest.mark.parametrize("add_on", rendered.ALL, ids=lambda one: one.name)
def test_what_programs_read_is_mounted_and_what_is_mounted_is_there(add_on):
    for body in add_on.objects:
        if body["kind"] not in ("DaemonSet", "Deployment"):
            continue
        pod = body["spec"]["template"]["spec"]
        volumes = {volume["name"] for volume in pod["volumes"]}
        containers = pod["containers"] + pod.get("initContainers", [])
        mounted = {found["name"] for one in containers for found in one["volumeMounts"]}
        assert mounted == volumes


def test_flannel_routes_the_pods_network_and_replaces_pods_when_it_changes():
    network = one(rendered.cni("10.50.0.0/16"), "ConfigMap", "flannel")["data"]["net-conf.json"]
    assert json.loads(network)["Network"] == "10.50.0.0/16"
    daemons = [
        one(rendered.cni(cidr), "DaemonSet", "flannel") for cidr in ("10.1.0.0/16", "10.2.0.0/16")
    ]
    templates = [daemon["spec"]["template"]["metadata"] for daemon in daemons]
    assert templates[0] != templates[1]


def test_flannel_leaves_the_floating_address_alone():
    daemon = one(rendered.cni(), "DaemonSet", "flannel")
    assert "--iface=$(NODE_ADDRESS)" in daemon["spec"]["template"]["spec"]["containers"][0]["args"]


def test_the_cloud_provider_verifies_the_vcenter():
    config = one(rendered.cloud(), "ConfigMap", "vsphere-cloud-config")["data"]
    common = yaml.safe_load(config["vsphere.conf"])["global"]
    assert common["insecureFlag"] is False
    assert common["caFile"] == "/etc/cloud/vcenter-ca.crt"
    assert config["vcenter-ca.crt"] == "PEM"


def test_without_a_floating_address_none_is_excluded():
    config = one(rendered.cloud(floating=None), "ConfigMap", "vsphere-cloud-config")["data"]
    assert "nodes" not in yaml.safe_load(config["vsphere.conf"])


def test_the_storage_drivers_password_survives_its_syntax():
    secret = one(rendered.storage(), "Secret", "vsphere-config-secret")["data"]
    config = base64.b64decode(secret["csi-vsphere.conf"]).decode()
    assert 'password = "se\\"cret\\\\"' in config


@pytest.mark.parametrize(("masters", "replicas"), [(1, 1), (3, 3), (5, 3)])
def test_storage_controllers_have_a_master_each(masters, replicas):
    found = one(rendered.storage(masters=masters), "Deployment", "vsphere-csi-controller")
    assert found["spec"]["replicas"] == replicas


@pytest.mark.parametrize(
    ("policy", "expected"), [("gold", {"storagepolicyname": "gold"}), (None, None)]
)
def test_one_storage_class_is_the_default(policy, expected):
    found = one(rendered.storage(policy), "StorageClass", "vsphere")
    annotations = found["metadata"]["annotations"]
    assert annotations == {"storageclass.kubernetes.io/is-default-class": "true"}
    assert found.get("parameters") == expected
