"""Guests of a cluster: whoever gets ready is a Node in a Kubernetes API of the cluster's own CA."""

from collections.abc import Iterator
from contextlib import contextmanager

from lab.guests.kubernetes.certificates import Authority, server_certificate
from lab.guests.kubernetes_api import InMemoryCluster, ServerTls, serve
from provisioner.domain.clusters import KIND
from provisioner.domain.ids import ResourceId
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.domain.spec.endpoint import API_PORT
from provisioner.store.tables import Node
from tests.workflow.guests import Guests
from tests.workflow.site import Site


class KubernetesGuests(Guests):
    def __init__(self, site: Site, resource_id: str) -> None:
        super().__init__(site, resource_id, KIND, CONTROL_PLANE)
        self.cluster = InMemoryCluster()

    def report_ready(self, node: Node) -> None:
        self.cluster.add_node(node.name, [node.address or ""])
        super().report_ready(node)

    @contextmanager
    def serving(self, address: str) -> Iterator[None]:
        """From when the cluster's authorities exist: certificates are made by them."""
        made = self._site.vault.cluster_certificates(ResourceId(self._resource))
        authority = Authority(made.kubernetes_ca_cert, made.kubernetes_ca_key.get_secret_value())
        pair = server_certificate(authority, [address])
        tls = ServerTls(pair.certificate, pair.private_key, authority.certificate)
        server = serve(self.cluster, address, API_PORT, tls)
        try:
            yield
        finally:
            server.close()
