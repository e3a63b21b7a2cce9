"""A cluster's Kubernetes API in memory, at an address of its own, under its own authority."""

from collections.abc import Iterator
from contextlib import contextmanager

from lab.guests.kubernetes.certificates import Authority, server_certificate
from lab.guests.kubernetes_api import InMemoryCluster, ServerTls, serve
from provisioner.domain.ids import ResourceId
from provisioner.domain.spec.endpoint import API_PORT
from provisioner.vault.vault import Vault


@contextmanager
def serving(vault: Vault, resource_id: str, address: str) -> Iterator[InMemoryCluster]:
    made = vault.cluster_certificates(ResourceId(resource_id))
    authority = Authority(made.kubernetes_ca_cert, made.kubernetes_ca_key.get_secret_value())
    pair = server_certificate(authority, [address])
    tls = ServerTls(pair.certificate, pair.private_key, authority.certificate)
    cluster = InMemoryCluster()
    server = serve(cluster, address, API_PORT, tls)
    try:
        yield cluster
    finally:
        server.close()
