"""How nodes come into a cluster: a bootstrap token each when their turn comes, and the proof."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from pydantic import SecretStr

from provisioner.domain.ids import ResourceId
from provisioner.domain.nodes import Phase
from provisioner.kubernetes.bootstrap_tokens import BootstrapToken, new_bootstrap_token
from provisioner.kubernetes.interface import KubernetesApi
from provisioner.settings import Settings
from provisioner.store import nodes, resources
from provisioner.store.database import Database
from provisioner.store.tables import Node
from provisioner.store.types import utc_now
from provisioner.vault.layout import join_token_path
from provisioner.vault.vault import Vault
from workflows.kinds.cluster_access import ClusterAccess
from workflows.kinds.interface import NotYet
from workflows.kinds.kubelet_certificates import KubeletCertificates

_AT_ONCE = 8
# Nobody gets theirs before all that are issued together are known in the cluster.
_TOGETHER = 4 * _AT_ONCE


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
        """One for each node whose turn has come, also for those whose turn comes meanwhile.

        It is known in the cluster before the node gets it.
        """
        while waiting := self._waiting(resource_id):
            self._issue(resource_id, waiting[:_TOGETHER])

    def admit(self, node_id: str) -> None:
        """Its Node object is there; its bootstrap token then is not needed any more."""
        with self._database.read() as session:
            node = nodes.get(session, node_id)
        api = self._access.api(node.resource_id)
        if not api.has_node(node.name):
            raise NotYet(f"the Kubernetes API does not list {node.name} yet")
        self._certificates.approve_soon(node.resource_id, api)
        self._withdraw(api, node)

    def forget_token(self, node: Node) -> None:
        """Our copy of it."""
        if node.join_token_id:
            self._vault.delete_secret(join_token_path(ResourceId(node.resource_id), node.id))

    def _waiting(self, resource_id: str) -> list[Node]:
        with self._database.read() as session:
            return nodes.without_ticket(session, resource_id)

    def _issue(self, resource_id: str, waiting: list[Node]) -> None:
        api, now = self._access.api(resource_id), utc_now()
        tokens = {n.id: new_bootstrap_token(now, self._life, f"node {n.name}") for n in waiting}
        with self._database.write() as session:
            for node_id, token in tokens.items():
                nodes.get(session, node_id).join_token_id = token.token_id
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            futures = [pool.submit(self._give, api, node, tokens[node.id]) for node in waiting]
        given = [node.id for node, one in zip(waiting, futures, strict=True) if not one.exception()]
        for late in self._note_given(resource_id, given):
            self._withdraw(api, late)
        for future in futures:
            future.result()

    def _give(self, api: KubernetesApi, node: Node, token: BootstrapToken) -> None:
        if node.join_token_id:  # of an attempt that did not end, or one that expired
            api.delete_bootstrap_token(node.join_token_id)
        api.create_bootstrap_token(token)
        path = join_token_path(ResourceId(node.resource_id), node.id)
        self._vault.write_secret(path, _secret(token))

    def _note_given(self, resource_id: str, node_ids: list[str]) -> list[Node]:
        """Those that were given up meanwhile: whoever removes them may have looked before."""
        with self._database.write() as session:
            resources.lock(session, resource_id)
            found = [nodes.get(session, node_id) for node_id in node_ids]
            wanted = [node for node in found if node.phase == Phase.CREATING]
            for node in wanted:
                nodes.stamp(node, "join_token_at")
            return [node for node in found if node not in wanted]

    def _withdraw(self, api: KubernetesApi, node: Node) -> None:
        if node.join_token_id:
            self.forget_token(node)
            api.delete_bootstrap_token(node.join_token_id)


def _secret(token: BootstrapToken) -> dict[str, SecretStr]:
    expires = SecretStr(token.expires_at.isoformat())
    return {"token": token.value, "expires": expires}
