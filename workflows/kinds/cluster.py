"""The kind `cluster`: what its nodes get, what proves them, what a cluster needs as a whole."""

import json
import logging
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy.orm import Session

from provisioner.bootstrap.interface import Bootstrapper
from provisioner.domain import add_ons, marks
from provisioner.domain.clusters import CERTIFICATES, JOIN_TOKENS, RELEASE
from provisioner.domain.conditions import Condition
from provisioner.domain.ids import ResourceId
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.kubernetes.bootstrap_tokens import BootstrapToken, new_bootstrap_token
from provisioner.kubernetes.errors import DrainBlocked, KubernetesError
from provisioner.node_access import service_access
from provisioner.settings import Settings
from provisioner.store import clusters, leadership, leases, nodes, resources
from provisioner.store.database import Database
from provisioner.store.tables import Node
from provisioner.store.types import utc_now
from provisioner.vault.layout import join_token_path
from provisioner.vault.vault import Vault
from workflows.kinds import cluster_members
from workflows.kinds.cluster_access import ClusterAccess
from workflows.kinds.cluster_add_ons import ClusterAddOns
from workflows.kinds.cluster_bootstrap import bootstrap, surroundings
from workflows.kinds.cluster_care import Check, ClusterCare, Subject
from workflows.kinds.cluster_etcd import HEALTH as ETCD_HEALTH
from workflows.kinds.cluster_etcd import ClusterEtcd
from workflows.kinds.external_etcd import forget_data, forget_false_start
from workflows.kinds.interface import Answer, Configuration, NotYet, Unwanted
from workflows.kinds.kubelet_certificates import CONDITION as CERTIFICATES_HELD
from workflows.kinds.kubelet_certificates import KubeletCertificates
from workflows.kinds.node_identity import claims

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
        self._add_ons = ClusterAddOns(database, vault, access, settings)
        self._etcd = ClusterEtcd(database, vault)
        self._certificates = KubeletCertificates(database)
        self._care = ClusterCare(database, access, self._checks())

    def extra_config(self, node_id: str) -> dict[str, str]:
        with self._database.read() as session:
            node = nodes.get(session, node_id)
            resource = resources.get(session, node.resource_id)
            spec = clusters.spec_of(session, resource)
            around = surroundings(session, spec, resource)
        token = self._vault.sign_node_token(claims(resource, node))
        access = service_access(self._settings)
        found = self._bootstrapper.render(bootstrap(spec, resource, node, token, access, around))
        if node.group == CONTROL_PLANE:
            public = spec.model_dump(mode="json", by_alias=True, exclude={"proxy", "trusted_cas"})
            found[marks.SPEC] = json.dumps(public, separators=(",", ":"))
        return found

    def admit(self, node_id: str) -> None:
        """Its Node object is there; its bootstrap token then is not needed any more."""
        with self._database.read() as session:
            node = nodes.get(session, node_id)
        api = self._access.api(node.resource_id)
        if not api.has_node(node.name):
            raise NotYet(f"the Kubernetes API does not list {node.name} yet")
        self._certificates.approve_soon(node.resource_id, api)
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

    def end_membership(self, node_id: str) -> None:
        """A master's etcd member is out, and the other members serve."""
        self._etcd.end_membership(node_id)

    def forget(self, session: Session, node: Node) -> None:
        leadership.clear(session, node.id)

    def clean_up(self, node_id: str) -> None:
        """The node's bootstrap token, and of a node that goes its Node object as well."""
        with self._database.read() as session:
            node = nodes.get(session, node_id)
            resource = resources.get(session, node.resource_id)
        if resource.deletion_requested_at is None:
            self._clean_up_cluster(node)
            forget_false_start(self._database, self._vault, node)
        if node.join_token_id:
            self._vault.delete_secret(join_token_path(ResourceId(resource.id), node.id))

    def run_task(self, resource_id: str, task: str) -> None:
        work = {
            CERTIFICATES: self._ensure_certificates,
            JOIN_TOKENS: self._ensure_join_tokens,
            RELEASE: self._release,
        }
        if task in add_ons.MANAGED:
            self._add_ons.bring_up_to_date(resource_id, task)
        else:
            work[task](resource_id)

    def configurations(self, resource_id: str) -> Mapping[str, Configuration]:
        return cluster_members.configurations(self._database, resource_id)

    def answer(self, guest_info: Mapping[str, str]) -> Answer | None:
        return cluster_members.answer(guest_info)

    def care(self, resource_id: str) -> tuple[Condition, ...]:
        return self._care.look(resource_id)

    def _checks(self) -> tuple[Check, ...]:
        return (
            Check(ETCD_HEALTH, self._etcd.look, needs_api=False),
            Check(CERTIFICATES_HELD, self._certificates.look),
            Check("AddOnsHealthy", self._look_at_add_ons),
        )

    def _look_at_add_ons(self, subject: Subject) -> Iterable[Condition]:
        return self._add_ons.look(subject.resource_id, subject.spec, subject.api)

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

    def _release(self, resource_id: str) -> None:
        self._access.forget(resource_id)
        forget_data(self._database, self._vault, resource_id)
        self._vault.remove_cluster(ResourceId(resource_id))
        with self._database.write() as session:
            leases.free_of_resource(session, resource_id)


def _secret(token: BootstrapToken) -> dict[str, SecretStr]:
    expires = SecretStr(token.expires_at.isoformat())
    return {"token": token.value, "expires": expires}
