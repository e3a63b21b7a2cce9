"""Which master may run `kubeadm init`: one row per cluster, claimed by compare-and-set."""

from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from provisioner.store.tables import Leadership, Node
from provisioner.store.types import utc_now


@dataclass(frozen=True)
class Claim:
    won: bool
    hostname: str
    ip: str


def claim(session: Session, node: Node, ip: str) -> Claim:
    """Call with the resource locked. The same node claiming again wins again, with its new IP."""
    held = session.get(Leadership, node.resource_id)
    if held is None:
        held = Leadership(resource_id=node.resource_id, node_id=node.id, hostname=node.name, ip=ip)
        session.add(held)
        node.leading_at = utc_now()
    elif held.node_id == node.id:
        held.ip = ip
    return Claim(held.node_id == node.id, held.hostname, held.ip)


def leader(session: Session, resource_id: str) -> Leadership | None:
    return session.get(Leadership, resource_id)


def clear(session: Session, node_id: str) -> None:
    """Only once the node's VM is proven gone."""
    session.execute(delete(Leadership).where(Leadership.node_id == node_id))
