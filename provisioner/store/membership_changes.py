"""Changes of a quorum's members: one at a time per resource, whatever process makes them."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from provisioner.store import resources
from provisioner.store.tables import MembershipChange
from provisioner.store.types import utc_now


def begin(session: Session, resource_id: str, holder: str, life: timedelta) -> datetime | None:
    """None when `holder` may go on. Else the time at which the present one loses its right, should
    it not end before: its process may have died.
    """
    resources.lock(session, resource_id)
    found, now = session.get(MembershipChange, resource_id), utc_now()
    if found and found.holder != holder and found.until > now:
        return found.until
    session.merge(MembershipChange(resource_id=resource_id, holder=holder, until=now + life))
    return None


def end(session: Session, resource_id: str, holder: str) -> None:
    """Whoever lost it to another one has nothing to end."""
    session.execute(
        delete(MembershipChange).where(
            MembershipChange.resource_id == resource_id, MembershipChange.holder == holder
        )
    )
