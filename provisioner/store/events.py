"""The history of a resource: what happened, when, and why. Numbered without gaps."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.store.tables import Event, Node, Resource

FAILED = "NodeFailed"
BACK = "MachineBack"


def record(
    session: Session,
    resource: Resource,
    reason: str,
    message: str,
    *,
    node: Node | None = None,
    warning: bool = False,
) -> None:
    """`resource` must be locked by this session: numbers are given out under its lock."""
    resource.last_event += 1
    session.add(
        Event(
            resource_id=resource.id,
            number=resource.last_event,
            node_id=node.id if node else None,
            type="Warning" if warning else "Normal",
            reason=reason,
            message=message,
        )
    )


def tells(session: Session, node: Node, reason: str) -> bool:
    """Whether the history has this of the node already."""
    query = select(Event.number).where(
        Event.resource_id == node.resource_id, Event.node_id == node.id, Event.reason == reason
    )
    return session.scalars(query.limit(1)).first() is not None


def since(session: Session, resource_id: str, after: int = 0, limit: int = 500) -> list[Event]:
    """Events with a number above `after`, oldest first."""
    query = (
        select(Event)
        .where(Event.resource_id == resource_id, Event.number > after)
        .order_by(Event.number)
        .limit(limit)
    )
    return list(session.scalars(query))
