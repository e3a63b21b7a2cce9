"""A resource's history on the wire."""

from datetime import datetime
from typing import Annotated

from fastapi import Query

from api.schemas import Out
from api.services import Services
from provisioner.store import events, nodes, resources
from provisioner.store.tables import Event
from provisioner.store.tokens import Caller

After = Annotated[int, Query(ge=0, le=2**31, description="The last number known.")]
Limit = Annotated[int, Query(ge=1, le=1000)]


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


def events_of(
    use: Services, caller: Caller, whose: tuple[str, str], after: int, limit: int
) -> EventList:
    """`whose`: a resource's kind, and its id or name."""
    with use.database.read() as session:
        resource = resources.find_ever(session, caller.org_id, *whose)
        found = events.since(session, resource.id, after, limit)
        names = nodes.names(session, {event.node_id for event in found if event.node_id})
        items = [_event(row, names.get(row.node_id or "")) for row in found]
        return EventList(items=items)


def _event(row: Event, node_name: str | None) -> EventOut:
    return EventOut(
        number=row.number,
        at=row.at,
        type=row.type,
        reason=row.reason,
        message=row.message,
        node=node_name,
    )
