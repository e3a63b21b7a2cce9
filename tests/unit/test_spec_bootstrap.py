"""How nodes are made: what is accepted, and what is said about the rest."""

from typing import Any

import pytest

from tests.unit.documents import cluster_document
from tests.unit.faults import advice_at, paths_of

KEY = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n-----END PGP PUBLIC KEY BLOCK-----\n"
MIRROR = {"repository": "https://mirror.corp/kubernetes/{minor}/deb/", "key": KEY}


def document(bootstrap: dict[str, Any], **kubernetes: Any) -> dict[str, Any]:
    version = {"version": "1.35.0", "cni": "none"}
    return cluster_document(bootstrap=bootstrap, kubernetes=version | kubernetes)


@pytest.mark.parametrize(
    "bootstrap",
    [
        {},
        {"install": "packages"},
        {"install": "packages", "packages": MIRROR},
        {"install": "packages", "packages": {"mirror": "http://mirror.corp/debian"}},
        {"install": "packages", "packages": {"patch": "newest", "containerd": "containerd.io"}},
    ],
)
def test_ways_to_get_programs(bootstrap: dict[str, Any]) -> None:
    assert paths_of(document(bootstrap)) == []


def test_a_repository_of_ones_own_needs_its_key() -> None:
    packages = {"repository": "http://mirror.corp/deb/"}
    body = document({"install": "packages", "packages": packages})
    assert "signing key" in advice_at("bootstrap.packages.key", body)


@pytest.mark.parametrize("key", ["", "text", KEY.replace("PUBLIC", "PRIVATE"), KEY + KEY + "x"])
def test_only_a_public_key_is_one(key: str) -> None:
    body = document({"install": "packages", "packages": MIRROR | {"key": key}})
    assert "gpg --armor --export" in advice_at("bootstrap.packages.key", body)


def test_packages_are_of_no_use_to_an_image_that_has_all() -> None:
    assert paths_of(document({"packages": MIRROR})) == ["bootstrap.packages"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("repository", "ftp://mirror/"),
        ("repository", "https://user:word@mirror/deb/"),
        ("repository", "https://mirror/deb/ /evil"),
        ("mirror", "mirror.corp/debian"),
        ("containerd", "containerd; reboot"),
        ("patch", "latest"),
    ],
)
def test_what_could_not_work(field: str, value: str) -> None:
    body = document({"install": "packages", "packages": MIRROR | {field: value}})
    assert paths_of(body) == [f"bootstrap.packages.{field}"]


@pytest.mark.parametrize("version", ["1.19.0", "1.23.12"])
def test_pke_makes_the_versions_it_knows(version: str) -> None:
    assert paths_of(document({"method": "pke"}, version=version)) == []


@pytest.mark.parametrize("version", ["1.18.9", "1.24.0", "1.35.0"])
def test_and_no_others(version: str) -> None:
    body = document({"method": "pke"}, version=version)
    assert "1.19 to 1.23" in advice_at("kubernetes.version", body)


def test_pke_takes_no_configuration_of_ours() -> None:
    body = document(
        {"method": "pke", "install": "packages"},
        version="1.22.6",
        kubeletConfiguration={"maxPods": 200},
        kubeProxyConfiguration={"mode": "ipvs"},
        ignorePreflightErrors=["Swap"],
    )
    assert paths_of(body) == [
        "bootstrap.install",
        "kubernetes.ignorePreflightErrors",
        "kubernetes.kubeProxyConfiguration",
        "kubernetes.kubeletConfiguration",
    ]


def test_configurations_are_free_but_for_what_they_are() -> None:
    free = {"maxPods": 200, "evictionHard": {"memory.available": "5%"}, "failCgroupV1": False}
    assert paths_of(document({}, kubeletConfiguration=free)) == []
    faulty = {"kind": "X", "apiVersion": "v1"}
    assert paths_of(document({}, kubeProxyConfiguration=faulty)) == [
        "kubernetes.kubeProxyConfiguration.apiVersion",
        "kubernetes.kubeProxyConfiguration.kind",
    ]


def test_preflight_checks_are_named() -> None:
    assert paths_of(document({}, ignorePreflightErrors=["Swap", "all"])) == []
    paths = paths_of(document({}, ignorePreflightErrors=["Swap", "a b", ""]))
    assert paths == ["kubernetes.ignorePreflightErrors.1", "kubernetes.ignorePreflightErrors.2"]


def test_pke_runs_its_own_etcd() -> None:
    body = document({"method": "pke"}, version="1.22.6")
    body["controlPlane"]["externalEtcd"] = {"etcdCluster": "e1"}
    assert "kubeadm" in advice_at("controlPlane.externalEtcd", body)
