"""kubeadm itself has nothing against the documents of any variant. It is built when it is not."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from lab.kubernetes.binaries import binaries
from provisioner.bootstrap.kubeadm_config import discovery_document, init_documents, join_document
from tests.node.machine import a_node

TOKEN = "abcdef.0123456789abcdef"
SETTINGS = {
    "version": "1.35.4",
    "kubeletConfiguration": {"failCgroupV1": False, "maxPods": 200},
    "kubeProxyConfiguration": {"conntrack": {"maxPerCore": 0, "min": 0}},
    "ignorePreflightErrors": ["Swap"],
}
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "settings": {"kubernetes": SETTINGS},
    "registry": {"image_registry": "registry.corp:5000/k8s", "external_cloud_provider": True},
    "etcd": {"etcd": {"endpoints": ["https://10.0.0.31:2379"], "prefix": "/c1"}},
    "name": {"endpoint": {"mode": "external", "dnsName": "api.example.com"}},
    "schedulable": {"schedulable": True},
}


@pytest.fixture(scope="module")
def kubeadm() -> Path:
    return binaries() / "kubeadm"


def verdict(kubeadm: Path, document: str, folder: Path) -> str:
    (folder / "config.yaml").write_text(document)
    command = [str(kubeadm), "config", "validate", "--config", str(folder / "config.yaml")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return run.stdout + run.stderr


def filled(document: str, folder: Path) -> str:
    """As the agent does it."""
    discovery = folder / "discovery.conf"
    discovery.write_text(discovery_document())
    document = document.replace("/etc/pke-provisioner/discovery.conf", str(discovery))
    return document.replace("@ADDRESS@", "10.0.0.11").replace("@TOKEN@", TOKEN)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", VARIANTS)
def test_starting(kubeadm: Path, tmp_path: Path, name: str) -> None:
    documents = filled(init_documents(a_node(**VARIANTS[name])), tmp_path)
    assert verdict(kubeadm, documents, tmp_path) == "ok\n"


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("role", ["master", "worker"])
@pytest.mark.parametrize("name", VARIANTS)
def test_joining(kubeadm: Path, tmp_path: Path, name: str, role: str) -> None:
    document = filled(join_document(a_node(role=role, **VARIANTS[name])), tmp_path)
    assert verdict(kubeadm, document, tmp_path) == "ok\n"


@pytest.mark.timeout(3600)
def test_a_registry_has_every_image_by_its_usual_name(kubeadm: Path, tmp_path: Path) -> None:
    named = [listed(kubeadm, tmp_path, VARIANTS[name]) for name in ("plain", "registry")]
    usual = [image.replace("registry.k8s.io", "registry.corp:5000/k8s") for image in named[0]]
    assert named[1] == usual
    assert any("/coredns/coredns:" in image for image in usual)


def listed(kubeadm: Path, folder: Path, variant: dict[str, Any]) -> list[str]:
    (folder / "config.yaml").write_text(filled(init_documents(a_node(**variant)), folder))
    command = [str(kubeadm), "config", "images", "list", "--config", str(folder / "config.yaml")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return run.stdout.split()


@pytest.mark.timeout(3600)
def test_a_field_it_does_not_know_is_found(kubeadm: Path, tmp_path: Path) -> None:
    documents = filled(init_documents(a_node()), tmp_path).replace("podSubnet", "podSubnets")
    assert "unknown field" in verdict(kubeadm, documents, tmp_path)
