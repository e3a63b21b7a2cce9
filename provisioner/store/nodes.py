"""Node rows: one VM each. Clocks are set once; setting one again changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from provisioner.domain.errors import ProvisionerError
from provisioner.domain.nodes import Loss, NodeFacts, Phase
from provisioner.domain.replacement import HOUR
from provisioner.store import resources
from provisioner.store.errors import NotFound
from provisioner.store.tables import Node, Resource
from provisioner.store.types import utc_now

# Of a query: nodes that reported ready, are no members yet, and may become some.
UNADMITTED = (
    Node.phase == Phase.CREATING,
    Node.failure.is_(None),
    Node.moref.is_not(None),
    Node.reported_ready_at.is_not(None),
)


def get(session: Session, node_id: str) -> Node:
    found = session.get(Node, node_id)
    if found is None:
        raise NotFound(f"there is no node {node_id}")
    return found


def locked(session: Session, node_id: str) -> tuple[Resource, Node]:
    """Its resource's row, held until the transaction ends, and then the node as it is."""
    return resources.lock_of_node(session, node_id), get(session, node_id)


def of_resource(
    session: Session, resource_id: str, *, group: str | None = None, gone: bool = False
) -> list[Node]:
    """In order of creation; of one group or of all. `gone` adds those whose VM is proven gone."""
    query = select(Node).where(Node.resource_id == resource_id)
    if group is not None:
        query = query.where(Node.group == group)
    if not gone:
        query = query.where(Node.phase != Phase.GONE)
    return list(session.scalars(query.order_by(Node.created_at, Node.id)))


def without_ticket(session: Session, resource_id: str) -> list[Node]:
    """Whose turn to join has come, and who have not got yet what they join with."""
    query = select(Node).where(
        Node.resource_id == resource_id,
        Node.phase == Phase.CREATING,
        Node.join_granted_at.is_not(None),
        Node.join_token_at.is_(None),
    )
    return list(session.scalars(query.order_by(Node.created_at, Node.id)))


@dataclass(frozen=True)
class Grave:
    name: str
    join_token_id: str | None
    gone_at: datetime | None


def graves(session: Session, resource_id: str) -> list[Grave]:
    """Of nodes that were, as far as others may remember them."""
    query = select(Node.name, Node.join_token_id, Node.gone_at).where(
        Node.resource_id == resource_id, Node.phase == Phase.GONE
    )
    return [Grave(*row) for row in session.execute(query)]


def departed(session: Session, resource_id: str, names: Iterable[str]) -> set[str]:
    """Those of the names that nodes had which are gone or about to go."""
    query = select(Node.name).where(
        Node.resource_id == resource_id,
        Node.phase.in_((Phase.REMOVING, Phase.GONE)),
        Node.name.in_(list(names)),
    )
    return set(session.scalars(query))


def relevant(session: Session, resource_id: str, epoch: int, now: datetime) -> list[Node]:
    """What planning looks at: nodes not gone, this epoch's failures, the last hour's repairs."""
    query = select(Node).where(
        Node.resource_id == resource_id,
        (Node.phase != Phase.GONE)
        | ((Node.epoch == epoch) & Node.failure.is_not(None))
        | (Node.repaired_at > now - HOUR),
    )
    return list(session.scalars(query.order_by(Node.created_at, Node.id)))


def by_instance_uuids(session: Session, vcenter_id: str, uuids: Iterable[str]) -> list[Node]:
    query = select(Node).where(Node.vcenter_id == vcenter_id, Node.instance_uuid.in_(list(uuids)))
    return list(session.scalars(query))


def by_morefs(session: Session, vcenter_id: str, morefs: Iterable[str]) -> list[Node]:
    query = select(Node).where(
        Node.vcenter_id == vcenter_id, Node.moref.in_(list(morefs)), Node.phase != Phase.GONE
    )
    return list(session.scalars(query))


def morefs(session: Session, vcenter_id: str) -> set[str]:
    """Of the VMs that there should be in that vCenter."""
    query = select(Node.moref).where(
        Node.vcenter_id == vcenter_id,
        Node.moref.is_not(None),
        Node.phase.in_((Phase.CREATING, Phase.READY)),
    )
    return {moref for moref in session.scalars(query) if moref}


def names(session: Session, node_ids: Iterable[str]) -> dict[str, str]:
    query = select(Node.id, Node.name).where(Node.id.in_(list(node_ids)))
    return dict(session.execute(query).all())


def facts(node: Node) -> NodeFacts:
    return NodeFacts.model_validate(node, from_attributes=True)


def stamp(node: Node, clock: str, at: datetime | None = None) -> bool:
    """Sets a clock that was not set. True when it changed."""
    if getattr(node, clock) is not None:
        return False
    setattr(node, clock, at or utc_now())
    return True


def note_failure(node: Node, err: ProvisionerError) -> None:
    """The first one counts."""
    if node.failure is None:
        node.failure, node.hopeless = str(err), not err.of_this_attempt


def note_started(session: Session, node_ids: Iterable[str]) -> None:
    """Their workflows run; the rows say so, lest they are started again and again."""
    session.execute(
        update(Node).where(Node.id.in_(list(node_ids))).values(work_started_at=utc_now())
    )


def begin_removal(node: Node, reason: str, *, retire: bool = False, failed: bool = False) -> None:
    node.phase = Phase.REMOVING
    node.removal_reason = reason
    node.retire = retire
    node.work_started_at = node.held_back = None
    if failed:
        node.failure = node.failure or reason


def note_lost(node: Node, lost: Loss | None, at: datetime) -> bool:
    """Since when it is so stays what it was. True when it is news."""
    if node.lost == lost:
        return False
    node.lost = lost
    node.lost_at = (node.lost_at or at) if lost else None
    if lost is None:
        _listens_again(node, at)
    node.held_back = None
    return True


def revive(node: Node, moref: str) -> None:
    """Its removal was a repair that has become needless: it is a member as before."""
    node.phase, node.moref = Phase.READY, moref
    node.lost = node.lost_at = node.repaired_at = node.removal_reason = None
    node.replaced = False
    _listens_again(node, utc_now())


def _listens_again(node: Node, at: datetime) -> None:
    """Only now it can read what its VM carries, and answer."""
    if node.configured_at:
        node.configured_at = at
