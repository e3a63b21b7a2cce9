"""Secrets show in no repr, no str and no error."""

import traceback

import pytest
from pydantic import SecretStr, ValidationError

from lab.openbao import OpenBao
from provisioner.domain.ids import new_uuid
from provisioner.vault.access import VaultAccess
from provisioner.vault.authority import Authority
from provisioner.vault.cluster_certificates import ClusterCertificates
from provisioner.vault.errors import AccessForbidden
from provisioner.vault.pki import ClientRole
from provisioner.vault.vault import Vault

PRIVATE = ("kubernetesCaKey", "etcdCaKey", "frontProxyCaKey", "saKey", "enc")


def shown(thing: object) -> str:
    return f"{thing!r} {thing!s} {vars(thing)!r}"


def longest_line(text: str) -> str:
    return max(text.splitlines(), key=len)


def test_cluster_certificates_hide_their_keys(vault, shared_cluster):
    certificates = vault.cluster_certificates(shared_cluster)
    revealed = certificates.revealed()
    told = shown(certificates) + certificates.model_dump_json()
    assert not any(longest_line(revealed[name]) in told for name in PRIVATE)
    assert "PRIVATE" not in told


def test_issued_keys_are_hidden(vault, shared_cluster):
    assert "PRIVATE" not in shown(
        vault.admin_certificate(shared_cluster, ClientRole.ADMIN, "jane", 60)
    )


def test_access_and_server_hide_their_secrets(vault_access, openbao: OpenBao):
    secrets = (openbao.secret_id, openbao.root_token)
    told = f"{vault_access!r} {openbao!r} {Vault(vault_access)!r}"
    assert not any(secret in told for secret in secrets)


def test_an_invalid_access_does_not_quote_its_secret():
    with pytest.raises(ValidationError) as invalid:
        VaultAccess(url="http://vault", secret_id="the-secret")
    assert "the-secret" not in str(invalid.value)


def test_damaged_certificates_are_not_quoted():
    with pytest.raises(ValidationError) as invalid:
        ClusterCertificates.model_validate({"enc": "the-secret", "saKey": "the-secret"})
    assert "the-secret" not in str(invalid.value)
    with pytest.raises(ValidationError) as invalid:
        Authority.model_validate({"private_key": "the-secret"})
    assert "the-secret" not in str(invalid.value)


def test_a_failed_write_does_not_tell_what_was_to_be_written(vault, openbao: OpenBao):
    password = new_uuid()
    with pytest.raises(AccessForbidden) as refused:
        vault.write_secret("elsewhere", {"password": SecretStr(password)})
    told = "".join(traceback.format_exception(refused.value))
    assert password not in told
    assert openbao.secret_id not in told
