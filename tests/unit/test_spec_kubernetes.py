"""What kubeadm and the nodes' programs would refuse is refused before there is any VM."""

from typing import Any

import pytest

from tests.unit.documents import cluster_document
from tests.unit.faults import advice_at, paths_of

VERSION = {"version": "1.35.0"}


def exempting(*entries: str) -> dict[str, Any]:
    return cluster_document(proxy={"http": "http://proxy:3128", "noProxy": list(entries)})


@pytest.mark.parametrize("version", ["1.31.0", "1.35.2", "1.40.0"])
def test_versions_that_read_our_documents(version: str) -> None:
    assert paths_of(cluster_document(kubernetes={"version": version})) == []


@pytest.mark.parametrize("version", ["1.30.9", "1.9.0", "1.0.0"])
def test_older_ones_do_not(version: str) -> None:
    body = cluster_document(kubernetes={"version": version})
    assert "1.31" in advice_at("kubernetes.version", body)


@pytest.mark.parametrize("version", ["1.41.0", "1.99.0"])
def test_a_version_that_will_not_be_for_years_is_a_slip(version: str) -> None:
    body = cluster_document(kubernetes={"version": version})
    assert "up to 1.40" in advice_at("kubernetes.version", body)


def test_the_pods_network_has_room_for_a_node() -> None:
    for cidr, expected in (("10.9.0.0/24", []), ("10.9.0.0/25", ["kubernetes.podCIDR"])):
        assert paths_of(cluster_document(kubernetes=VERSION | {"podCIDR": cidr})) == expected


HOSTS = ("localhost", "Example.com", ".example.com", "*.example.com", "3com.example")
ADDRESSES = ("10.0.0.1", "10.0.0.0/8", "10.1.2.3/8", "fd00::1", "fd00::/8")
NO_HOSTS = ("", " ", "a,b", "a b", "http://a.example", "a_b", "-a", "a..b", "a\n", "x" * 254)
NO_ADDRESSES = ("10.0.0.0/33", "10.0.0.256", "10.0.0.0/255.0.0.0", "10.0.0.1-10.0.0.9")


@pytest.mark.parametrize("entry", [*HOSTS, *ADDRESSES])
def test_what_a_proxy_is_not_asked_for(entry: str) -> None:
    assert paths_of(exempting(entry)) == []


@pytest.mark.parametrize("entry", [*NO_HOSTS, *NO_ADDRESSES])
def test_what_means_nothing_there(entry: str) -> None:
    assert paths_of(exempting("localhost", entry)) == ["proxy.noProxy.1"]


@pytest.mark.parametrize("size", [True, False, 2, "1"])
def test_only_numbers_are_sizes_of_a_control_plane(size: object) -> None:
    plane = {"size": size, "template": "debian-12-node"}
    assert paths_of(cluster_document(controlPlane=plane)) == ["controlPlane.size"]


@pytest.mark.parametrize("port", ["1", "80", "5000", "65535"])
def test_ports_that_are(port: str) -> None:
    registry, proxy = f"registry.example.com:{port}/mirror", f"http://proxy.example.com:{port}"
    assert paths_of(cluster_document(imageRegistry=registry, proxy={"http": proxy})) == []


@pytest.mark.parametrize("port", ["0", "080", "65536", "99999"])
def test_ports_that_are_not(port: str) -> None:
    registry, proxy = f"registry.example.com:{port}/mirror", f"http://proxy.example.com:{port}"
    body = cluster_document(imageRegistry=registry, proxy={"http": proxy})
    assert paths_of(body) == ["imageRegistry", "proxy.http"]
