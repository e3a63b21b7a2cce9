"""How a control plane is reached, and which authorities nodes trust besides."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from provisioner.domain.spec.cluster import ClusterSpec
from tests.unit.documents import cluster_document
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
