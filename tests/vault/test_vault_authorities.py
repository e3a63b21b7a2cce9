import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import hvac
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from provisioner.domain.ids import ResourceId
from provisioner.vault import layout
from provisioner.vault.access import VaultAccess
from provisioner.vault.errors import SecretNotFound
from provisioner.vault.vault import Vault

CALLERS = 32
WIRE_NAMES = {
    *("kubernetesCaCert", "kubernetesCaKey", "kubernetesCaSigningCert"),
    *("etcdCaCert", "etcdCaKey", "frontProxyCaCert", "frontProxyCaKey"),
    *("saPub", "saKey", "enc"),
}


def issuers(root: hvac.Client, cluster: ResourceId, authority: str) -> list[str]:
    mount = layout.authority_mount(cluster, authority)
    return root.secrets.pki.list_issuers(mount_point=mount)["data"]["keys"]


def mounted_authority(root: hvac.Client, cluster: ResourceId, authority: str) -> str:
    mount = layout.authority_mount(cluster, authority)
    return root.secrets.pki.read_ca_certificate(mount_point=mount).strip()


def forget_keys(root: hvac.Client, cluster: ResourceId) -> None:
    root.secrets.kv.v2.delete_metadata_and_all_versions(
        layout.certificates_path(cluster), mount_point=layout.KV_MOUNT
    )


@pytest.mark.parametrize(
    ("name", "subject"),
    [("kubernetes", "kubernetes"), ("etcd", "etcd-ca"), ("front-proxy", "front-proxy-ca")],
)
def test_an_authority_is_what_kubeadm_would_have_made(vault, shared_cluster, name, subject):
    authority = vault.cluster_certificates(shared_cluster).authority(name)
    certificate = x509.load_pem_x509_certificate(authority.certificate.encode())
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert certificate.subject.rfc4514_string() == f"CN={subject}"
    assert certificate.issuer == certificate.subject
    assert (basic.ca, basic.path_length) == (True, 0)
    assert usage.key_cert_sign
    assert usage.crl_sign
    assert not usage.digital_signature


def test_an_authority_lives_ten_years_in_the_mount_too(vault, root, shared_cluster):
    for name in layout.AUTHORITY_NAMES:
        mounted = x509.load_pem_x509_certificate(
            mounted_authority(root, shared_cluster, name).encode()
        )
        life = mounted.not_valid_after_utc - mounted.not_valid_before_utc
        assert timedelta(days=3650) <= life < timedelta(days=3651)


def test_no_mount_cuts_the_life_of_what_it_signs(root, shared_cluster):
    mounts = root.sys.list_mounted_secrets_engines()["data"]
    for name in layout.AUTHORITY_NAMES:
        config = mounts[layout.authority_mount(shared_cluster, name) + "/"]["config"]
        assert config["max_lease_ttl"] == timedelta(days=3650).total_seconds()


def test_every_key_fits_its_certificate(vault, shared_cluster):
    certificates = vault.cluster_certificates(shared_cluster)
    for name in layout.AUTHORITY_NAMES:
        authority = certificates.authority(name)
        key = serialization.load_pem_private_key(
            authority.private_key.get_secret_value().encode(), None
        )
        certificate = x509.load_pem_x509_certificate(authority.certificate.encode())
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        assert key.public_key() == certificate.public_key()


def test_masters_get_the_ten_values_under_their_wire_names(vault, shared_cluster):
    values = vault.cluster_certificates(shared_cluster).revealed()
    assert set(values) == WIRE_NAMES
    assert values["kubernetesCaSigningCert"] == values["kubernetesCaCert"]
    assert len(base64.b64decode(values["enc"])) == 32


def test_the_service_account_pair_is_rsa_in_the_forms_kubeadm_writes(vault, shared_cluster):
    values = vault.cluster_certificates(shared_cluster).revealed()
    key = serialization.load_pem_private_key(values["saKey"].encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == 2048
    assert values["saKey"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert values["saPub"].startswith("-----BEGIN PUBLIC KEY-----")
    assert serialization.load_pem_public_key(values["saPub"].encode()) == key.public_key()


def test_ensuring_again_changes_nothing(vault, root, cluster):
    before = vault.cluster_certificates(cluster), issuers(root, cluster, "kubernetes")
    vault.ensure_cluster_authorities(cluster, "demo")
    assert (vault.cluster_certificates(cluster), issuers(root, cluster, "kubernetes")) == before


def test_the_authority_is_the_one_masters_get(vault, shared_cluster):
    assert (
        vault.authority(shared_cluster)
        == vault.cluster_certificates(shared_cluster).kubernetes_ca_cert
    )


def test_many_workers_at_once_agree_on_one_issuer(vault_access, root, resource_id):
    def ensure(_: int) -> str:
        worker = Vault(vault_access)
        worker.ensure_cluster_authorities(resource_id, "demo")
        certificates = worker.cluster_certificates(resource_id)
        worker.close()
        return certificates.kubernetes_ca_cert

    with ThreadPoolExecutor(CALLERS) as workers:
        seen = set(workers.map(ensure, range(CALLERS)))

    assert len(seen) == 1
    for name in layout.AUTHORITY_NAMES:
        assert len(issuers(root, resource_id, name)) == 1
    assert mounted_authority(root, resource_id, "kubernetes") == seen.pop().strip()


def test_a_mount_whose_key_nobody_has_is_made_anew(vault, root, cluster):
    orphaned = mounted_authority(root, cluster, "etcd")
    forget_keys(root, cluster)

    vault.ensure_cluster_authorities(cluster, "demo")

    now = mounted_authority(root, cluster, "etcd")
    assert now != orphaned
    assert now == vault.cluster_certificates(cluster).etcd_ca_cert.strip()
    assert len(issuers(root, cluster, "etcd")) == 1


@pytest.mark.parametrize("crashed_at", layout.AUTHORITY_NAMES)
def test_a_crash_before_a_mount_was_filled_is_made_good(vault, root, cluster, crashed_at):
    expected = vault.cluster_certificates(cluster).authority(crashed_at).certificate.strip()
    root.sys.disable_secrets_engine(layout.authority_mount(cluster, crashed_at))

    vault.ensure_cluster_authorities(cluster, "demo")

    assert mounted_authority(root, cluster, crashed_at) == expected


def test_a_crash_between_mounting_and_filling_is_made_good(vault, root, cluster):
    mount = layout.authority_mount(cluster, "front-proxy")
    root.sys.disable_secrets_engine(mount)
    root.sys.enable_secrets_engine("pki", mount)

    vault.ensure_cluster_authorities(cluster, "demo")

    expected = vault.cluster_certificates(cluster).front_proxy_ca_cert.strip()
    assert mounted_authority(root, cluster, "front-proxy") == expected


def test_an_unknown_cluster_has_no_authorities(vault: Vault, resource_id):
    with pytest.raises(SecretNotFound):
        vault.cluster_certificates(resource_id)
    with pytest.raises(SecretNotFound):
        vault.authority(resource_id)


def test_clusters_share_nothing(vault, vault_access: VaultAccess, cluster):
    other = ResourceId("other-" + cluster)
    vault.ensure_cluster_authorities(other, "other")
    ours, theirs = (vault.cluster_certificates(each).revealed() for each in (cluster, other))
    assert all(ours[name] != theirs[name] for name in WIRE_NAMES)
