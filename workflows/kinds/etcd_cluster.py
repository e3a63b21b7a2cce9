"""The kind `etcd-cluster`: what its members get, what proves them, how they join and leave."""

import json
from collections.abc import Mapping
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy.orm import Session

from provisioner.bootstrap import etcd as bootstrap
from provisioner.domain.conditions import Condition
from provisioner.domain.errors import ProvisionerError
from provisioner.domain.etcd_clusters import AUTHORITY, MEMBERSHIPS, RELEASE, peer_url
from provisioner.domain.ids import ResourceId
from provisioner.domain.nodes import Phase
from provisioner.etcd.administration import NotInSync
from provisioner.etcd.errors import QuorumAtRisk
from provisioner.node_access import service_access
from provisioner.settings import Settings
from provisioner.store import (
    etcd_clusters,
    etcd_members,
    leadership,
    leases,
    nodes,
    resources,
)
from provisioner.store.database import Database
from provisioner.store.tables import Node, Resource
from provisioner.vault.layout import join_token_path
from provisioner.vault.vault import Vault
from workflows.kinds import etcd_health
from workflows.kinds.etcd_access import EtcdAccess
from workflows.kinds.interface import Answer, Configuration, Farewell, NotYet, Unwanted
from workflows.kinds.membership_change import membership_change
from workflows.kinds.node_identity import identity

_QUORUM_SECONDS = 60.0


class EtcdClusterKind:
    def __init__(
        self, database: Database, vault: Vault, access: EtcdAccess, settings: Settings
    ) -> None:
        self._database, self._vault = database, vault
        self._access, self._settings = access, settings

    def extra_config(self, node_id: str) -> dict[str, str]:
        with self._database.read() as session:
            node, resource = self._known(session, node_id)
            spec = etcd_clusters.spec_of(session, resource)
        own = identity(self._vault, resource, node)
        return bootstrap.render(spec, own, service_access(self._settings))

    def admit(self, node_id: str) -> None:
        """It serves, and has a vote."""
        with self._database.read() as session:
            node, resource = self._known(session, node_id)
        with self._access.open(resource.id, also=node.id) as etcd:
            try:
                etcd.ensure_voter(node.name)
            except NotInSync as err:
                raise NotYet(str(err)) from err
            health = etcd.health()
        own = {member.id for member in health.members if member.name == node.name}
        if ill := own & health.problems.keys():
            raise NotYet(f"etcd on {node.name} {health.problems[ill.pop()]}")

    def retire(self, node_id: str, until: datetime, unwanted: Unwanted) -> str | None:
        """Clients know all members: nothing moves before one goes."""
        return None

    def farewell(self, node_id: str) -> Farewell | None:
        return None

    def end_membership(self, node_id: str) -> None:
        with self._database.read() as session:
            node, resource = self._known(session, node_id)
            others = etcd_members.serving(session, resource.id, without=node.id)
        if resource.deletion_requested_at or not (others or node.ready_at):
            return
        if not others:
            raise QuorumAtRisk(
                f"{node.name} is the last member of {resource.name} that served: "
                "what the cluster knows would be gone; bring another one back"
            )
        with (
            membership_change(self._database, resource.id),
            self._access.open(resource.id, without=node.id) as etcd,
        ):
            etcd.remove_member(node.name, etcd_members.address(node))
            etcd.await_quorum(_QUORUM_SECONDS)

    def forget(self, session: Session, node: Node) -> None:
        leadership.clear(session, node.id)

    def bury(self, node_id: str, unwanted: Unwanted) -> None:
        """Its member is out since before its VM went."""

    def clean_up(self, node_id: str) -> None:
        with self._database.read() as session:
            node, resource = self._known(session, node_id)
        if node.join_granted_at:
            self._vault.delete_secret(join_token_path(ResourceId(resource.id), node.id))

    def run_task(self, resource_id: str, task: str) -> None:
        work = {
            AUTHORITY: self._ensure_authority,
            MEMBERSHIPS: self._ensure_learners,
            RELEASE: self._release,
        }
        work[task](resource_id)

    def configurations(self, resource_id: str) -> Mapping[str, Configuration]:
        """Clients know the members' addresses, which do not change: nobody is told anything."""
        return {}

    def answer(self, guest_info: Mapping[str, str]) -> Answer | None:
        return None

    def care(self, resource_id: str) -> tuple[Condition, ...]:
        try:
            with self._access.open(resource_id) as etcd:
                health = etcd.health()
        except ProvisionerError as err:
            return (etcd_health.unhealthy("Unreachable", str(err)),)
        return (etcd_health.of_members(health),)

    def _ensure_authority(self, resource_id: str) -> None:
        with self._database.read() as session:
            name = resources.get(session, resource_id).name
        self._vault.ensure_etcd_authority(ResourceId(resource_id), name)

    def _ensure_learners(self, resource_id: str) -> None:
        """Whoever's turn has come is known to the others before it may start."""
        with self._database.read() as session:
            waiting = nodes.without_ticket(session, resource_id)
        for node in waiting:
            initial = self._let_in(node)
            if initial is None:
                continue
            path = join_token_path(ResourceId(resource_id), node.id)
            self._vault.write_secret(path, {"initial": SecretStr(json.dumps(dict(initial)))})
            with self._database.write() as session:
                nodes.stamp(nodes.get(session, node.id), "join_token_at")

    def _let_in(self, node: Node) -> Mapping[str, str] | None:
        """As a learner. Whoever had the address before is gone and would be taken for it.

        None when it was given up: its removal may have been here before, and not again.
        """
        url = peer_url(etcd_members.address(node))
        with (
            membership_change(self._database, node.resource_id),
            self._access.open(node.resource_id) as etcd,
        ):
            if not self._is_awaited(node.id):
                return None
            etcd.remove_former(node.name, url)
            return etcd.ensure_learner(node.name, url)

    def _is_awaited(self, node_id: str) -> bool:
        with self._database.read() as session:
            return nodes.get(session, node_id).phase == Phase.CREATING

    def _release(self, resource_id: str) -> None:
        self._vault.remove_cluster(ResourceId(resource_id))
        with self._database.write() as session:
            leases.free_of_resource(session, resource_id)

    @staticmethod
    def _known(session: Session, node_id: str) -> tuple[Node, Resource]:
        node = nodes.get(session, node_id)
        return node, resources.get(session, node.resource_id)
