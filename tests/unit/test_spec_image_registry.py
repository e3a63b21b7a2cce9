"""A login is for an image registry, and for nodes whose containerd is ours to configure."""

from tests.unit.documents import cluster_document
from tests.unit.faults import advice_at, paths_of

LOGIN = {"imageRegistryLogin": {"secret": "mirror"}}
REGISTRY = {"imageRegistry": "registry.example.com:5000/mirror"}


def test_a_login_with_its_registry() -> None:
    assert paths_of(cluster_document(**REGISTRY, **LOGIN)) == []


def test_a_login_for_no_registry() -> None:
    assert "imageRegistry" in advice_at("imageRegistryLogin", cluster_document(**LOGIN))


def test_pke_takes_none() -> None:
    pke = {"bootstrap": {"method": "pke"}, "kubernetes": {"version": "1.22.6", "cni": "none"}}
    body = cluster_document(**REGISTRY, **LOGIN, **pke)
    assert "without a login" in advice_at("imageRegistryLogin", body)
