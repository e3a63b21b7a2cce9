"""A cluster's history on the wire."""

from datetime import datetime

from api.schemas import Out
from provisioner.store.tables import Event


class EventOut(Out):
    """`node` is the name of the node concerned."""

    number: int
    at: datetime
    type: str
    reason: str
    message: str
    node: str | None


class EventList(Out):
    items: list[EventOut]


def event(row: Event, node_name: str | None) -> EventOut:
    return EventOut(
        number=row.number,
        at=row.at,
        type=row.type,
        reason=row.reason,
        message=row.message,
        node=node_name,
    )
