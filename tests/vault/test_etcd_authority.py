"""An etcd cluster's authority: made in Vault, its leaves good for members and clients alone."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import hvac
import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage

from provisioner.domain.ids import ResourceId
from provisioner.vault.errors import VaultError
from provisioner.vault.layout import authority_mount
from provisioner.vault.vault import Vault


@pytest.fixture
def etcd(vault: Vault, resource_id: ResourceId) -> ResourceId:
    vault.ensure_etcd_authority(resource_id, "shared")
    return resource_id


def load(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def usages(certificate: x509.Certificate) -> set[x509.ObjectIdentifier]:
    return set(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def test_there_is_one_however_often_it_is_ensured(
    vault: Vault, root: hvac.Client, etcd: ResourceId
) -> None:
    before = vault.etcd_cluster_client(etcd, "c").authority
    vault.ensure_etcd_authority(etcd, "shared")
    assert vault.etcd_cluster_client(etcd, "c").authority == before
    issuers = root.secrets.pki.list_issuers(mount_point=authority_mount(etcd, "etcd"))
    assert len(issuers["data"]["keys"]) == 1


def test_it_may_sign_leaves_only_for_ten_years(vault: Vault, etcd: ResourceId) -> None:
    authority = load(vault.etcd_cluster_client(etcd, "c").authority)
    constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (constraints.ca, constraints.path_length) == (True, 0)
    assert authority.not_valid_after_utc > datetime.now(UTC) + timedelta(days=3600)


def test_a_member_serves_its_name_and_address_and_calls_others(
    vault: Vault, etcd: ResourceId
) -> None:
    found = load(vault.etcd_member_certificate(etcd, "e1-members-abcde", "10.0.0.21").certificate)
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) == {"e1-members-abcde", "localhost"}
    addresses = {IPv4Address("10.0.0.21"), IPv4Address("127.0.0.1")}
    assert set(names.get_values_for_type(x509.IPAddress)) == addresses
    assert usages(found) == {Usage.SERVER_AUTH, Usage.CLIENT_AUTH}


def test_a_client_serves_nothing_and_lives_as_long_as_told(vault: Vault, etcd: ResourceId) -> None:
    found = load(vault.etcd_cluster_client(etcd, "c1", 600).certificate)
    assert usages(found) == {Usage.CLIENT_AUTH}
    assert found.subject.rfc4514_string() == "CN=c1"
    assert found.not_valid_after_utc < datetime.now(UTC) + timedelta(seconds=700)


def test_machines_get_years(vault: Vault, etcd: ResourceId) -> None:
    found = load(vault.etcd_cluster_client(etcd, "c1").certificate)
    assert found.not_valid_after_utc > datetime.now(UTC) + timedelta(days=4 * 365)


def test_nothing_is_issued_without_it(vault: Vault, resource_id: ResourceId) -> None:
    with pytest.raises(VaultError):
        vault.etcd_cluster_client(resource_id, "c1")


def test_it_goes_with_the_cluster(vault: Vault, etcd: ResourceId) -> None:
    vault.remove_cluster(etcd)
    with pytest.raises(VaultError):
        vault.etcd_cluster_client(etcd, "c1")
