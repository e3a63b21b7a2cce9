from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from provisioner.vault.errors import SecretNotFound
from provisioner.vault.pki import ClientRole, IssuedCertificate

SKEW = timedelta(minutes=5)


def parsed(issued: IssuedCertificate) -> x509.Certificate:
    return x509.load_pem_x509_certificate(issued.certificate.encode())


@pytest.mark.parametrize("role", ClientRole)
def test_its_power_is_one_that_the_cluster_can_take_away(vault, shared_cluster, role):
    issued = vault.admin_certificate(shared_cluster, role, "somebody", 300)
    subject = set(parsed(issued).subject.rfc4514_string().split(","))
    assert subject == {"CN=somebody", "O=kubeadm:cluster-admins"}


def test_it_is_for_clients_and_signed_by_the_cluster(vault, shared_cluster):
    issued = vault.admin_certificate(shared_cluster, ClientRole.ADMIN, "jane@example.com", 300)
    authority = x509.load_pem_x509_certificate(vault.authority(shared_cluster).encode())
    purposes = parsed(issued).extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    parsed(issued).verify_directly_issued_by(authority)
    assert list(purposes) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert issued.authority.strip() == vault.authority(shared_cluster).strip()
    with pytest.raises(x509.ExtensionNotFound):
        parsed(issued).extensions.get_extension_for_class(x509.SubjectAlternativeName)


def test_the_key_is_new_and_fits(vault, shared_cluster):
    first, second = (
        vault.admin_certificate(shared_cluster, ClientRole.ADMIN, "jane", 300) for _ in range(2)
    )
    key = serialization.load_pem_private_key(first.private_key.get_secret_value().encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.public_key() == parsed(first).public_key()
    assert first.private_key != second.private_key


@pytest.mark.parametrize(
    ("role", "asked", "got"),
    [
        (ClientRole.ADMIN, timedelta(hours=2), timedelta(hours=2)),
        (ClientRole.ADMIN, timedelta(days=365), timedelta(hours=24)),
        (ClientRole.PROVISIONER, timedelta(minutes=5), timedelta(minutes=5)),
        (ClientRole.PROVISIONER, timedelta(days=365), timedelta(minutes=10)),
    ],
)
def test_a_life_is_cut_to_the_cap_of_its_role(vault, shared_cluster, role, asked, got):
    issued = vault.admin_certificate(shared_cluster, role, "somebody", int(asked.total_seconds()))
    left = issued.expires_at - datetime.now(UTC)
    assert got - timedelta(seconds=30) < left <= got
    assert parsed(issued).not_valid_after_utc == issued.expires_at
    assert datetime.now(UTC) - parsed(issued).not_valid_before_utc >= SKEW


def test_an_unknown_cluster_issues_nothing(vault, resource_id):
    with pytest.raises(SecretNotFound):
        vault.admin_certificate(resource_id, ClientRole.ADMIN, "jane", 300)
