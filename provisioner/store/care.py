"""What regular care finds out about resources that serve, and who is due for it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from provisioner.domain.conditions import Condition
from provisioner.store import events
from provisioner.store.tables import Resource


def due(session: Session, now: datetime, every: timedelta, limit: int) -> list[tuple[str, str]]:
    """(kind, id) of established resources nobody cared for lately, those waiting longest first."""
    query = (
        select(Resource.kind, Resource.id)
        .where(
            Resource.established,
            Resource.deletion_requested_at.is_(None),
            Resource.deleted_at.is_(None),
            Resource.cared_at.is_(None) | (Resource.cared_at <= now - every),
        )
        .order_by(Resource.cared_at.is_not(None), Resource.cared_at, Resource.number)
        .limit(limit)
    )
    return [(kind, resource_id) for kind, resource_id in session.execute(query)]


def note_round(session: Session, resource_ids: Iterable[str], at: datetime) -> None:
    """They are not due again for a while. Without locks: a round more or less does no harm."""
    session.execute(update(Resource).where(Resource.id.in_(list(resource_ids))).values(cared_at=at))


def known(session: Session, resource_id: str) -> list[Condition]:
    query = select(Resource.care_conditions).where(Resource.id == resource_id)
    return [Condition.model_validate(one) for one in session.scalar(query) or ()]


def note(session: Session, resource: Resource, found: Sequence[Condition]) -> None:
    """`resource` must be locked. What turned bad, or good again, is told by an event."""
    before = {one["type"]: Condition.model_validate(one) for one in resource.care_conditions}
    for now in found:
        if _is_news(before.get(now.type), now):
            _tell(session, resource, now)
    now_true = [one.model_dump() for one in found]
    if now_true != resource.care_conditions:
        resource.care_conditions = now_true


def _is_news(before: Condition | None, now: Condition) -> bool:
    if before is None:
        return now.status != "True"
    return (before.status, before.reason) != (now.status, now.reason)


def _tell(session: Session, resource: Resource, now: Condition) -> None:
    bad = now.status != "True"
    reason = now.reason or ("NotHealthy" if bad else "Healthy")
    text = f"{now.type} is {now.status}" + (f": {now.message}" if now.message else "")
    events.record(session, resource, reason, text, warning=bad)
