"""Organisations and their API tokens. A token's value is shown once; only its digest is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.ids import OrgId, new_uuid
from provisioner.store.errors import NotFound
from provisioner.store.tables import ApiToken, Organisation
from provisioner.store.types import utc_now

Role = Literal["viewer", "operator", "admin"]
PREFIX = "pke_"


@dataclass(frozen=True)
class Caller:
    org_id: OrgId
    role: Role
    name: str


def issue(
    session: Session, org_id: int, role: Role, name: str, expires_at: datetime | None = None
) -> str:
    """A new token's value: 256 random bits, so that a fast digest is enough."""
    value = PREFIX + secrets.token_urlsafe(32)
    session.add(
        ApiToken(
            id=new_uuid(),
            org_id=org_id,
            role=role,
            name=name,
            digest=digest(value),
            expires_at=expires_at,
        )
    )
    return value


def authenticate(session: Session, value: str) -> Caller | None:
    """None for a token that is unknown or expired. Looked up by digest, so timing tells nothing."""
    found = session.scalars(select(ApiToken).where(ApiToken.digest == digest(value))).first()
    if found is None or (found.expires_at and found.expires_at <= utc_now()):
        return None
    # Nothing but `issue` writes one.
    role: Role = found.role  # type: ignore[assignment]
    return Caller(OrgId(found.org_id), role, found.name)


def listed(session: Session) -> list[tuple[ApiToken, Organisation]]:
    """All of them, oldest first."""
    query = select(ApiToken, Organisation).join(Organisation, Organisation.id == ApiToken.org_id)
    return list(session.execute(query.order_by(ApiToken.created_at, ApiToken.id)))


def revoke(session: Session, token_id: str) -> None:
    """Its digest is gone. Raises NotFound."""
    found = session.get(ApiToken, token_id)
    if found is None:
        raise NotFound(f"there is no token {token_id}; see list-tokens")
    session.delete(found)


def digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def ensure_organisation(session: Session, name: str) -> Organisation:
    found = session.scalars(select(Organisation).where(Organisation.name == name)).first()
    if found is None:
        found = Organisation(name=name)
        session.add(found)
        session.flush()
    return found
