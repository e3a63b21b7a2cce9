"""How a control plane is reached, and which authorities nodes trust besides."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from provisioner.domain.spec.cluster import ClusterSpec
from tests.unit.documents import addresses, cluster_document
from tests.unit.faults import advice_at, paths_of
from tests.unit.world import START


def authority() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "an authority")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(START + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


def test_keepalived_needs_a_vip() -> None:
    assert paths_of(cluster_document(endpoint={})) == ["endpoint.vip"]
    assert paths_of(cluster_document(endpoint={"dnsName": "c1.example.org"})) == ["endpoint.vip"]


@pytest.mark.parametrize("reached", [{"vip": "10.0.0.10"}, {"dnsName": "c1.example.org"}])
def test_an_external_load_balancer_is_reached_by_vip_or_name(reached: dict[str, str]) -> None:
    assert paths_of(cluster_document(endpoint={"mode": "external", **reached})) == []
    assert paths_of(cluster_document(endpoint={"mode": "external"})) == ["endpoint"]


def test_dns_needs_a_name_and_nobody_would_carry_a_vip() -> None:
    assert paths_of(cluster_document(endpoint={"mode": "dns", "dnsName": "c1.example.org"})) == []
    assert paths_of(cluster_document(endpoint={"mode": "dns"})) == ["endpoint.dnsName"]
    both = {"mode": "dns", "dnsName": "c1.example.org", "vip": "10.0.0.10"}
    assert paths_of(cluster_document(endpoint=both)) == ["endpoint.vip"]
    assert "keepalived or external" in advice_at("endpoint.vip", cluster_document(endpoint=both))


@pytest.mark.parametrize(
    "name",
    ["127.0.0.1", "169.254.169.254", "1", "0x7f000001", "api.1", "localhost", "api.localhost"],
)
def test_a_name_is_none_that_resolvers_take_for_an_address(name: str) -> None:
    body = cluster_document(endpoint={"mode": "dns", "dnsName": name})
    assert paths_of(body) == ["endpoint.dnsName"]


@pytest.mark.parametrize("name", ["kubernetes", "c1.example.org", "1.c-1.k8s", "xn--p1ai"])
def test_names_that_work(name: str) -> None:
    assert paths_of(cluster_document(endpoint={"mode": "dns", "dnsName": name})) == []


def masters_at(*ranges: str, **endpoint: str) -> dict[str, Any]:
    control_plane = {"size": 1, "template": "debian-12-node", "addresses": addresses(*ranges)}
    return cluster_document(endpoint=endpoint, controlPlane=control_plane)


@pytest.mark.parametrize("mode", ["keepalived", "external"])
@pytest.mark.parametrize("vip", ["10.0.0.0", "10.0.0.255"])
def test_a_vip_is_an_address_that_a_host_can_have(mode: str, vip: str) -> None:
    body = masters_at("10.0.0.20-10.0.0.29", mode=mode, vip=vip)
    assert paths_of(body) == ["endpoint.vip"]
    assert "10.0.0.0/24" in advice_at("endpoint.vip", body)


def test_a_vip_that_floats_is_one_of_the_masters_subnet() -> None:
    far = masters_at("10.0.0.20-10.0.0.29", vip="10.0.1.10")
    assert paths_of(far) == ["endpoint.vip"]
    assert "10.0.0.0/24" in advice_at("endpoint.vip", far)
    assert paths_of(masters_at("10.0.0.20", vip="10.0.0.10")) == []
    assert paths_of(masters_at("10.0.0.20", mode="external", vip="10.0.1.10")) == []
    assert paths_of(masters_at("nonsense", vip="10.0.1.10")) == ["controlPlane.addresses.ranges.0"]


def test_a_vip_that_nobody_can_reach_is_none() -> None:
    for vip in ("169.254.10.10", "0.0.0.0", "224.0.0.18", "255.255.255.255"):
        assert paths_of(cluster_document(endpoint={"vip": vip})) == ["endpoint.vip"]


def test_a_mistyped_mode_is_not_taken_for_the_default_one() -> None:
    body = cluster_document(endpoint={"mode": "externl", "dnsName": "c1.example.org"})
    assert paths_of(body) == ["endpoint.mode"]


def test_clients_use_the_name_where_there_is_one() -> None:
    spec = ClusterSpec.model_validate(cluster_document())
    assert spec.api_host == "10.0.0.10"
    named = cluster_document(endpoint={"vip": "10.0.0.10", "dnsName": "c1.example.org"})
    assert ClusterSpec.model_validate(named).api_host == "c1.example.org"


@pytest.mark.parametrize("text", ["", "x", "é", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_trusted_authority_is_a_certificate(text: str) -> None:
    body = cluster_document(trustedCAs=[text])
    assert advice_at("trustedCAs.0", body) == "is not a certificate in PEM form"


def test_several_certificates_in_one_text_are_fine() -> None:
    assert paths_of(cluster_document(trustedCAs=[authority(), authority() + authority()])) == []
