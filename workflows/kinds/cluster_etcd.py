"""The etcd that a cluster's own masters hold together: its health, and members that leave."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from provisioner.domain.conditions import Condition
from provisioner.domain.etcd_clusters import CLIENT_PORT
from provisioner.domain.ids import ResourceId
from provisioner.domain.naming import SERVICE
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import CONTROL_PLANE, ClusterSpec
from provisioner.etcd.errors import QuorumAtRisk
from provisioner.etcd.etcd_cluster import EtcdCluster
from provisioner.store import clusters, nodes, resources
from provisioner.store.database import Database
from provisioner.store.tables import Node
from provisioner.vault.vault import Vault
from workflows.kinds import external_etcd
from workflows.kinds.cluster_care import Subject
from workflows.kinds.etcd_health import of_members, unhealthy
from workflows.kinds.membership_change import membership_change

# Nothing is lost when it takes longer: whoever asks comes again.
_QUORUM_SECONDS = 15.0
_TIMEOUT_SECONDS = 3.0


class ClusterEtcd:
    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def end_membership(self, node_id: str) -> None:
        """Its member is out and the others serve. Idempotent; asks nothing of the node itself.

        Raises EtcdError, VaultError; transient as long as somebody may come back.
        """
        with self._database.read() as session:
            node = nodes.get(session, node_id)
            others = self._others(session, node) if _may_be_member(session, node) else None
        if others is None or not (others or node.ready_at):
            return
        if not others:
            raise QuorumAtRisk(
                f"{node.name} is the last master that ever was ready, and what the cluster knows "
                "would be gone with it; delete the cluster if it is not needed any more"
            )
        with (
            membership_change(self._database, node.resource_id),
            self._open(node.resource_id, others) as etcd,
        ):
            etcd.remove_member(node.name, node.address)
            etcd.await_quorum(_QUORUM_SECONDS)

    def look(self, subject: Subject) -> Iterable[Condition]:
        if not has_own_etcd(subject.spec):
            yield from external_etcd.look(self._database, self._vault, subject.resource_id)
            return
        masters = [node for node in subject.nodes if node.group == CONTROL_PLANE]
        with self._open(subject.resource_id, [node for node in masters if node.address]) as etcd:
            health = etcd.health()
        strays = {member.label for member in health.members} - {node.name for node in masters}
        if strays and not health.problems:
            told = f"members of no master of ours: {', '.join(sorted(strays))}"
            yield unhealthy("StrayMember", told)
        else:
            yield of_members(health)

    def _others(self, session: Session, node: Node) -> list[Node]:
        """Masters that serve, as far as is known; those that are away are asked last."""
        found = [
            other
            for other in nodes.of_resource(session, node.resource_id, group=CONTROL_PLANE)
            if other.phase == Phase.READY and other.id != node.id and other.address
        ]
        return sorted(found, key=lambda other: other.lost is not None)

    def _open(self, resource_id: str, masters: Sequence[Node]) -> EtcdCluster:
        issued = self._vault.etcd_certificate(ResourceId(resource_id), SERVICE)
        endpoints = [f"{master.address}:{CLIENT_PORT}" for master in masters]
        return EtcdCluster(
            endpoints,
            issued.authority,
            issued.certificate,
            issued.private_key,
            _TIMEOUT_SECONDS,
        )


def has_own_etcd(spec: ClusterSpec) -> bool:
    return spec.control_plane.external_etcd is None


def _may_be_member(session: Session, node: Node) -> bool:
    """A master that led or was let in, of a cluster that stays."""
    if node.group != CONTROL_PLANE or not (node.leading_at or node.join_granted_at):
        return False
    resource = resources.get(session, node.resource_id)
    if resource.deletion_requested_at is not None:
        return False
    return has_own_etcd(clusters.spec_of(session, resource))
