"""How nodes come into a cluster: a bootstrap token each when their turn comes, and the proof."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from pydantic import SecretStr

from provisioner.domain.ids import ResourceId
from provisioner.kubernetes.bootstrap_tokens import BootstrapToken, new_bootstrap_token
from provisioner.settings import Settings
from provisioner.store import nodes
from provisioner.store.database import Database
from provisioner.store.tables import Node
from provisioner.store.types import utc_now
from provisioner.vault.layout import join_token_path
from provisioner.vault.vault import Vault
from workflows.kinds.cluster_access import ClusterAccess
from workflows.kinds.interface import NotYet
from workflows.kinds.kubelet_certificates import KubeletCertificates

_AT_ONCE = 8


class ClusterJoining:
    def __init__(
        self,
        database: Database,
        vault: Vault,
        access: ClusterAccess,
        certificates: KubeletCertificates,
        settings: Settings,
    ) -> None:
        self._database, self._vault, self._access = database, vault, access
        self._certificates = certificates
        self._life = timedelta(seconds=settings.join_token_seconds)

    def ensure_tokens(self, resource_id: str) -> None:
        """One for each node whose turn has come; known in the cluster before the node gets it."""
        with self._database.read() as session:
            waiting = nodes.without_ticket(session, resource_id)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(self._issue, waiting))

    def admit(self, node_id: str) -> None:
        """Its Node object is there; its bootstrap token then is not needed any more."""
        with self._database.read() as session:
            node = nodes.get(session, node_id)
        api = self._access.api(node.resource_id)
        if not api.has_node(node.name):
            raise NotYet(f"the Kubernetes API does not list {node.name} yet")
        self._certificates.approve_soon(node.resource_id, api)
        if node.join_token_id:
            api.delete_bootstrap_token(node.join_token_id)
            self.forget_token(node)

    def forget_token(self, node: Node) -> None:
        """Our copy of it."""
        if node.join_token_id:
            self._vault.delete_secret(join_token_path(ResourceId(node.resource_id), node.id))

    def _issue(self, node: Node) -> None:
        token = new_bootstrap_token(utc_now(), self._life, f"node {node.name}")
        api = self._access.api(node.resource_id)
        if node.join_token_id:  # of an attempt that did not end, or one that expired
            api.delete_bootstrap_token(node.join_token_id)
        with self._database.write() as session:
            nodes.get(session, node.id).join_token_id = token.token_id
        api.create_bootstrap_token(token)
        path = join_token_path(ResourceId(node.resource_id), node.id)
        self._vault.write_secret(path, _secret(token))
        with self._database.write() as session:
            nodes.stamp(nodes.get(session, node.id), "join_token_at")


def _secret(token: BootstrapToken) -> dict[str, SecretStr]:
    expires = SecretStr(token.expires_at.isoformat())
    return {"token": token.value, "expires": expires}
