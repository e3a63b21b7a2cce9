"""What a joining node is told to expect of the cluster's authority."""

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from provisioner.bootstrap.discovery import authority_hash
from provisioner.vault.authority import new_authority


@pytest.fixture(scope="module")
def authorities() -> list[str]:
    return [new_authority("kubernetes").certificate for _ in range(2)]


def test_the_hash_is_that_of_the_first_certificates_key(authorities: list[str]) -> None:
    ours, stranger = authorities
    key = x509.load_pem_x509_certificate(ours.encode()).public_key()
    info = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    expected = "sha256:" + hashlib.sha256(info).hexdigest()
    assert authority_hash(ours) == expected
    assert authority_hash(ours + stranger) == expected
    assert authority_hash(stranger) != expected
