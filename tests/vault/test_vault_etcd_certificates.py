from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from provisioner.vault.errors import SecretNotFound


def test_it_is_a_client_of_the_clusters_etcd_for_ten_minutes(vault, shared_cluster):
    issued = vault.etcd_certificate(shared_cluster, "pke-provisioner")
    parsed = x509.load_pem_x509_certificate(issued.certificate.encode())
    authority = vault.cluster_certificates(shared_cluster).etcd_ca_cert
    parsed.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.encode()))
    purposes = parsed.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert parsed.subject.rfc4514_string() == "CN=pke-provisioner"
    assert parsed.not_valid_after_utc <= datetime.now(UTC) + timedelta(minutes=10)
    assert issued.authority.strip() == authority.strip()


def test_a_cluster_that_is_not_there_has_none(vault, resource_id):
    with pytest.raises(SecretNotFound):
        vault.etcd_certificate(resource_id, "pke-provisioner")
