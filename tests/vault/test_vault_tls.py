"""How a Vault behind TLS is verified. Any TLS server will do to knock at."""

from collections.abc import Iterator

import pytest

from lab.guests.kubernetes.certificates import Authority, server_certificate
from lab.guests.kubernetes_api import InMemoryCluster, KubernetesServer, ServerTls, serve
from provisioner.vault.access import VaultAccess
from provisioner.vault.authority import new_authority
from provisioner.vault.errors import AccessForbidden, VaultUntrusted
from provisioner.vault.vault import Vault


@pytest.fixture(scope="module")
def authority() -> Authority:
    made = new_authority("vault")
    return Authority(made.certificate, made.private_key.get_secret_value())


@pytest.fixture
def server(authority: Authority) -> Iterator[KubernetesServer]:
    pair = server_certificate(authority, ["127.0.0.1"])
    tls = ServerTls(pair.certificate, pair.private_key, authority.certificate)
    server = serve(InMemoryCluster(), "127.0.0.1", 0, tls)
    yield server
    server.close()


def knock(server: KubernetesServer, ca_bundle: str | None) -> None:
    vault = Vault(VaultAccess(url=server.url, token="any", ca_bundle=ca_bundle))
    try:
        vault.node_token_keys()
    finally:
        vault.close()


def test_the_given_bundle_verifies_it(server, authority):
    with pytest.raises(AccessForbidden):
        knock(server, authority.certificate)


@pytest.mark.parametrize("ca_bundle", [None, new_authority("another").certificate])
def test_nothing_else_does(server, ca_bundle):
    with pytest.raises(VaultUntrusted) as untrusted:
        knock(server, ca_bundle)
    assert not untrusted.value.transient


def test_the_environment_can_not_widen_the_bundle(server, authority, monkeypatch, tmp_path):
    """`requests` reads this variable; a pinned Vault must not."""
    trusting = tmp_path / "ca.pem"
    trusting.write_text(authority.certificate)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusting))
    with pytest.raises(VaultUntrusted):
        knock(server, new_authority("another").certificate)
