"""One attempt at a time works on an image, whatever worker it is on, and few build at a vCenter."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from provisioner.domain.images import BUILD
from provisioner.store.tables import Image, ImageTurn, VCenter
from provisioner.store.types import utc_now
from provisioner.store.vcenters import is_same

# Longer than its holder takes to end what it does, once it can't say any more that it lives.
LAPSE = timedelta(seconds=35)


def held(session: Session, resource_id: str) -> str | None:
    """The task that somebody is at."""
    turn = _living(session, resource_id)
    return turn.task if turn and turn.holder else None


def take(session: Session, resource_id: str, task: str, holder: str) -> float:
    """Nobody may hold it, and the image's resource must be locked. For how many seconds it had
    to wait.
    """
    return _put(session, resource_id, task, holder)


def wait(session: Session, resource_id: str, task: str) -> float:
    """Who asked first goes first. Nobody may hold the turn. For how many seconds it waits yet."""
    return _put(session, resource_id, task, None)


def ahead(session: Session, resource_id: str, vcenter: VCenter) -> int:
    """Builds under way at that vCenter, whoever registered it, and those that asked earlier."""
    own = _living(session, resource_id)
    asked_at = own.asked_at if own else utc_now()
    query = (
        select(func.count())
        .select_from(ImageTurn)
        .join(Image, Image.resource_id == ImageTurn.resource_id)
        .join(VCenter, VCenter.id == Image.vcenter_id)
        .where(
            ImageTurn.task == BUILD,
            ImageTurn.resource_id != resource_id,
            ImageTurn.seen_at > utc_now() - LAPSE,
            or_(ImageTurn.holder.is_not(None), ImageTurn.asked_at < asked_at),
            is_same(vcenter),
        )
    )
    return session.scalars(query).one()


def keep(session: Session, resource_id: str, holder: str) -> bool:
    """False when it is not the holder's any more."""
    query = update(ImageTurn).where(_is_of(resource_id, holder)).values(seen_at=utc_now())
    return bool(session.scalars(query.returning(ImageTurn.resource_id)).all())


def end(session: Session, resource_id: str, holder: str) -> None:
    """Idempotent."""
    session.execute(delete(ImageTurn).where(_is_of(resource_id, holder)))


def _living(session: Session, resource_id: str) -> ImageTurn | None:
    turn = session.get(ImageTurn, resource_id, populate_existing=True)
    return turn if turn and turn.seen_at > utc_now() - LAPSE else None


def _put(session: Session, resource_id: str, task: str, holder: str | None) -> float:
    earlier = _living(session, resource_id)
    now = utc_now()
    asked_at = earlier.asked_at if earlier and earlier.task == task else now
    row = ImageTurn(
        resource_id=resource_id, task=task, holder=holder, asked_at=asked_at, seen_at=now
    )
    session.merge(row)
    session.flush()
    return (now - asked_at).total_seconds()


def _is_of(resource_id: str, holder: str) -> ColumnElement[bool]:
    return and_(ImageTurn.resource_id == resource_id, ImageTurn.holder == holder)
