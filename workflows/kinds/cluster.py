"""The kind `cluster`: what its nodes get, what proves them, what a cluster needs as a whole."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy.orm import Session

from provisioner.bootstrap.interface import Bootstrapper
from provisioner.domain import marks
from provisioner.domain.clusters import CERTIFICATES, JOIN_TOKENS, LOAD_BALANCER, RELEASE
from provisioner.domain.ids import ResourceId
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.kubernetes.bootstrap_tokens import BootstrapToken, new_bootstrap_token
from provisioner.kubernetes.errors import DrainBlocked, KubernetesError
from provisioner.settings import Settings
from provisioner.store import clusters, leadership, leases, nodes, resources
from provisioner.store.database import Database
from provisioner.store.tables import Node
from provisioner.store.types import utc_now
from provisioner.vault.layout import join_token_path
from provisioner.vault.vault import Vault
from workflows.kinds.cluster_access import ClusterAccess
from workflows.kinds.cluster_bootstrap import bootstrap, claims
from workflows.kinds.interface import NotYet, Unwanted

_TOKENS_AT_ONCE = 8
_log = logging.getLogger(__name__)


class _Unwanted(Exception):
    """Ends a drain that nobody needs any more."""


class ClusterKind:
    def __init__(
        self,
        database: Database,
        vault: Vault,
        access: ClusterAccess,
        bootstrapper: Bootstrapper,
        settings: Settings,
    ) -> None:
        self._database, self._vault, self._access = database, vault, access
        self._bootstrapper, self._settings = bootstrapper, settings

    def extra_config(self, node_id: str) -> dict[str, str]:
        with self._database.read() as session:
            node = nodes.get(session, node_id)
            resource = resources.get(session, node.resource_id)
            spec = clusters.spec_of(session, resource)
        token = self._vault.sign_node_token(claims(resource, node))
        found = self._bootstrapper.render(bootstrap(spec, resource, node, token, self._settings))
        if node.group == CONTROL_PLANE:
            public = spec.model_dump(mode="json", by_alias=True, exclude={"proxy", "trusted_cas"})
            found[marks.SPEC] = json.dumps(public, separators=(",", ":"))
        return found

    def admit(self, node_id: str) -> None:
        """Its Node object is there; its bootstrap token then is not needed any more."""
        with self._database.read() as session:
            node = nodes.get(session, node_id)
        if not self._access.api(node.resource_id).has_node(node.name):
            raise NotYet(f"the Kubernetes API does not list {node.name} yet")
        self.clean_up(node_id)

    def retire(self, node_id: str, unwanted: Unwanted) -> str | None:
        with self._database.read() as session:
            node = nodes.get(session, node_id)
        api = self._access.api(node.resource_id)

        def go_on() -> None:
            if unwanted():
                raise _Unwanted

        try:
            api.cordon(node.name)
            api.drain(node.name, self._settings.drain_seconds, go_on)
            warning = None
        except DrainBlocked as err:
            warning = f"{err}; it is removed all the same"
        except _Unwanted:
            return None
        api.delete_node(node.name)
        return warning

    def forget(self, session: Session, node: Node) -> None:
        leadership.clear(session, node.id)

    def clean_up(self, node_id: str) -> None:
        """The node's bootstrap token, and of a node that goes its Node object as well."""
        with self._database.read() as session:
            node = nodes.get(session, node_id)
            resource = resources.get(session, node.resource_id)
        if resource.deletion_requested_at is None:
            self._clean_up_cluster(node)
        if node.join_token_id:
            self._vault.delete_secret(join_token_path(ResourceId(resource.id), node.id))

    def run_task(self, resource_id: str, task: str) -> None:
        work = {
            CERTIFICATES: self._ensure_certificates,
            JOIN_TOKENS: self._ensure_join_tokens,
            LOAD_BALANCER: self._apply_ranges,
            RELEASE: self._release,
        }
        work[task](resource_id)

    def _clean_up_cluster(self, node: Node) -> None:
        """As far as the cluster answers: the token expires within minutes by itself."""
        try:
            if node.join_token_id:
                self._access.api(node.resource_id).delete_bootstrap_token(node.join_token_id)
            if node.phase == Phase.REMOVING and (node.join_token_id or node.leading_at):
                self._access.api(node.resource_id).delete_node(node.name)
        except KubernetesError as err:
            _log.warning("nothing was cleaned up in the cluster of %s: %s", node.name, err)

    def _ensure_certificates(self, resource_id: str) -> None:
        with self._database.read() as session:
            name = resources.get(session, resource_id).name
        self._vault.ensure_cluster_authorities(ResourceId(resource_id), name)

    def _apply_ranges(self, resource_id: str) -> None:
        with self._database.read() as session:
            spec = clusters.spec_of(session, resources.get(session, resource_id))
        self._access.api(resource_id).apply_load_balancer_ranges(spec.load_balancer_ranges)

    def _ensure_join_tokens(self, resource_id: str) -> None:
        """One for each node whose turn has come; known in the cluster before the node gets it."""
        with self._database.read() as session:
            waiting = [
                node
                for node in nodes.of_resource(session, resource_id)
                if node.phase == Phase.CREATING
                and node.join_granted_at
                and node.join_token_at is None
            ]
        with ThreadPoolExecutor(_TOKENS_AT_ONCE) as pool:
            list(pool.map(self._issue, waiting))

    def _issue(self, node: Node) -> None:
        life = timedelta(seconds=self._settings.join_token_seconds)
        token = new_bootstrap_token(utc_now(), life, f"node {node.name}")
        with self._database.write() as session:
            nodes.get(session, node.id).join_token_id = token.token_id
        self._access.api(node.resource_id).create_bootstrap_token(token)
        path = join_token_path(ResourceId(node.resource_id), node.id)
        self._vault.write_secret(path, _secret(token))
        with self._database.write() as session:
            nodes.stamp(nodes.get(session, node.id), "join_token_at")

    def _release(self, resource_id: str) -> None:
        self._access.forget(resource_id)
        self._vault.remove_cluster(ResourceId(resource_id))
        with self._database.write() as session:
            leases.free_of_resource(session, resource_id)


def _secret(token: BootstrapToken) -> dict[str, SecretStr]:
    expires = SecretStr(token.expires_at.isoformat())
    return {"token": token.value, "expires": expires}
