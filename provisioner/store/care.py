"""What regular care finds out about resources that serve, and who is due for it.

It looks now and then. After a change, and after something turned bad, it looks again soon, a few
times: what is not well then mostly is in a moment, and who waits for that should see it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from provisioner.domain.conditions import Condition
from provisioner.store import events
from provisioner.store.tables import Resource

SOON = timedelta(seconds=30)
LOOKS_SOON = 6


def due(session: Session, now: datetime, limit: int) -> list[tuple[str, str]]:
    """(kind, id) of established resources whose time has come, those waiting longest first."""
    query = (
        select(Resource.kind, Resource.id)
        .where(
            Resource.established,
            Resource.deletion_requested_at.is_(None),
            Resource.deleted_at.is_(None),
            Resource.care_due_at.is_(None) | (Resource.care_due_at <= now),
        )
        .order_by(Resource.care_due_at.is_not(None), Resource.care_due_at, Resource.number)
        .limit(limit)
    )
    return [(kind, resource_id) for kind, resource_id in session.execute(query)]


def note_round(session: Session, resource_ids: Iterable[str], next_at: datetime) -> None:
    """They are not due again before. Without locks: a round more or less does no harm."""
    of_them = Resource.id.in_(list(resource_ids))
    session.execute(update(Resource).where(of_them).values(care_due_at=next_at))


def note_seen(session: Session, resource_ids: Iterable[str], at: datetime) -> None:
    """What is known of them was so then. Without locks."""
    of_them = Resource.id.in_(list(resource_ids))
    session.execute(update(Resource).where(of_them).values(cared_at=at))


def soon(resource: Resource, now: datetime) -> None:
    """Something changed, and needs a moment to settle. Who is due before stays so."""
    resource.care_soon = LOOKS_SOON
    resource.care_due_at = min(resource.care_due_at or now + SOON, now + SOON)


def is_watched(session: Session, resource_id: str) -> bool:
    """Whether looks that find nothing new count, too."""
    query = select(Resource.care_soon).where(Resource.id == resource_id)
    return bool(session.scalar(query))


def known(session: Session, resource_id: str) -> list[Condition]:
    query = select(Resource.care_conditions).where(Resource.id == resource_id)
    return [Condition.model_validate(one) for one in session.scalar(query) or ()]


def note(session: Session, resource: Resource, found: Sequence[Condition], now: datetime) -> None:
    """`resource` must be locked. What turned bad, or good again, is told by an event."""
    before = {one["type"]: Condition.model_validate(one) for one in resource.care_conditions}
    news = [one for one in found if _is_news(before.get(one.type), one)]
    for one in news:
        _tell(session, resource, one)
    now_true = [one.model_dump() for one in found]
    if now_true != resource.care_conditions:
        resource.care_conditions = now_true
    _look_again(resource, any(one.status != "True" for one in news), _is_bad(found), now)


def _look_again(resource: Resource, turned_bad: bool, bad: bool, now: datetime) -> None:
    """Soon while something is bad, but not for ever: some things stay so."""
    left = LOOKS_SOON if turned_bad else resource.care_soon - 1
    resource.care_soon = max(0, left) if bad else 0
    if resource.care_soon:
        resource.care_due_at = now + SOON


def _is_bad(found: Sequence[Condition]) -> bool:
    return any(one.status != "True" for one in found)


def _is_news(before: Condition | None, now: Condition) -> bool:
    if before is None:
        return now.status != "True"
    return (before.status, before.reason) != (now.status, now.reason)


def _tell(session: Session, resource: Resource, now: Condition) -> None:
    bad = now.status != "True"
    reason = now.reason or ("NotHealthy" if bad else "Healthy")
    text = f"{now.type} is {now.status}" + (f": {now.message}" if now.message else "")
    events.record(session, resource, reason, text, warning=bad)
