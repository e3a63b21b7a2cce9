"""Which member starts its cluster: one row per resource, claimed by compare-and-set.

Of Kubernetes clusters a master (`kubeadm init`), of etcd clusters the first member.
"""

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.store.tables import Leadership, Node, Resource
from provisioner.store.types import utc_now


@dataclass(frozen=True)
class Claim:
    won: bool
    hostname: str
    ip: str


def claim(session: Session, node: Node, ip: str) -> Claim:
    """Call with the resource locked. The same node claiming again wins again, with its new IP.

    Nobody wins where there is something to join: a second one would split the cluster.
    """
    held = session.get(Leadership, node.resource_id)
    if held is None:
        if _exists(session, node):
            return Claim(False, "", "")
        held = Leadership(resource_id=node.resource_id, node_id=node.id, hostname=node.name, ip=ip)
        session.add(held)
        node.leading_at = utc_now()
    elif held.node_id == node.id:
        held.ip = ip
    return Claim(held.node_id == node.id, held.hostname, held.ip)


def _exists(session: Session, node: Node) -> bool:
    """Also one that lost all its members: starting afresh would discard what it held."""
    established = select(Resource.established).where(Resource.id == node.resource_id)
    ready = ready_member(session, node.resource_id, node.group)
    return bool(session.scalar(established)) or ready is not None


def ready_member(session: Session, resource_id: str, group: str = CONTROL_PLANE) -> Node | None:
    """The oldest member that is ready, one that serves before a lost one: what others join."""
    query = select(Node).where(
        Node.resource_id == resource_id, Node.group == group, Node.phase == Phase.READY
    )
    order = (Node.lost.is_not(None), Node.created_at)
    return session.scalars(query.order_by(*order).limit(1)).first()


def leader(session: Session, resource_id: str) -> Leadership | None:
    return session.get(Leadership, resource_id)


def clear(session: Session, node_id: str) -> None:
    """Only once the node's VM is proven gone."""
    session.execute(delete(Leadership).where(Leadership.node_id == node_id))
