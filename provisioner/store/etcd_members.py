"""Who starts an etcd cluster, and who waits to be taken in."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from provisioner.domain.machines import NicPlan
from provisioner.domain.nodes import Phase
from provisioner.store import events, leadership, nodes, visits
from provisioner.store.tables import Node


@dataclass(frozen=True)
class Entry:
    """`news`: something was put on record that the resource's look should see."""

    leads: bool
    news: bool


def queues(session: Session, node: Node) -> bool:
    """It asked before, and somebody else leads: asking again changes nothing."""
    held = leadership.leader(session, node.resource_id)
    return bool(node.join_requested_at and held and held.node_id != node.id)


def enter(session: Session, node: Node) -> Entry:
    """The first member that asks starts the cluster; the others queue. Asked again: the same."""
    found = visits.locked(session, node)
    if found.powerless or found.settled:
        return Entry(leads=False, news=False)
    led_before = found.node.leading_at is not None
    claim = leadership.claim(session, found.node, address(found.node))
    if not claim.won:
        return Entry(leads=False, news=nodes.stamp(found.node, "join_requested_at"))
    if not led_before:
        message = f"{found.node.name} starts the etcd cluster"
        events.record(session, found.resource, "LeaderElected", message, node=found.node)
    return Entry(leads=True, news=not led_before)


def address(node: Node) -> str:
    """Static, so known before the VM is there."""
    return str(NicPlan.model_validate(node.nics[0]).address).partition("/")[0]


def serving(session: Session, resource_id: str, *, without: str | None = None) -> list[Node]:
    """Members that are ready, `without` the node of that id."""
    found = nodes.of_resource(session, resource_id)
    return [node for node in found if node.phase == Phase.READY and node.id != without]
