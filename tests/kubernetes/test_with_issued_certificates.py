"""Vault's authorities and the cluster's API fit together."""

import pytest
from pydantic import SecretStr

from lab.guests.kubernetes.certificates import Authority, server_certificate
from lab.guests.kubernetes_api import InMemoryCluster, ServerTls, serve
from provisioner.domain.ids import ResourceId, new_uuid
from provisioner.kubernetes.cluster_api import ClusterApi
from provisioner.kubernetes.errors import ApiUntrusted
from provisioner.vault.pki import ClientRole, IssuedCertificate
from provisioner.vault.vault import Vault


def made_cluster(vault: Vault) -> ResourceId:
    resource_id = ResourceId(new_uuid())
    vault.ensure_cluster_authorities(resource_id, "demo")
    return resource_id


def tls_of_a_master(vault: Vault, resource_id: ResourceId) -> ServerTls:
    """What kubeadm makes on a master of the authority it was given."""
    given = vault.cluster_certificates(resource_id).authority("kubernetes")
    authority = Authority(given.certificate, given.private_key.get_secret_value())
    pair = server_certificate(authority, ["127.0.0.1"])
    return ServerTls(pair.certificate, pair.private_key, authority.certificate)


def connected(endpoint: str, issued: IssuedCertificate) -> ClusterApi:
    key: SecretStr = issued.private_key
    return ClusterApi([endpoint], issued.authority, issued.certificate, key)


@pytest.mark.parametrize("role", ClientRole)
def test_issued_certificates_open_their_cluster(vault, role):
    resource_id = made_cluster(vault)
    cluster = InMemoryCluster()
    cluster.add_node("master-1", ["127.0.0.1"])
    server = serve(cluster, "127.0.0.1", 0, tls_of_a_master(vault, resource_id))
    issued = vault.admin_certificate(resource_id, role, "pke-provisioner", 300)

    with connected(f"127.0.0.1:{server.port}", issued) as api:
        assert api.has_node("master-1")
        api.delete_node("master-1")
    assert cluster.node_names() == []
    server.close()


def test_another_cluster_is_not_mistaken_for_theirs(vault):
    ours, other = made_cluster(vault), made_cluster(vault)
    server = serve(InMemoryCluster(), "127.0.0.1", 0, tls_of_a_master(vault, other))
    issued = vault.admin_certificate(ours, ClientRole.PROVISIONER, "pke-provisioner", 300)

    with connected(f"127.0.0.1:{server.port}", issued) as api, pytest.raises(ApiUntrusted):
        api.has_node("any")
    server.close()
