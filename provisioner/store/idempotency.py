"""Idempotency keys of POST: the same key with the same body gets the same answer."""

import hashlib
from typing import Any

from sqlalchemy.orm import Session

from provisioner.store.errors import Conflict
from provisioner.store.tables import IdempotencyKey


def digest(method: str, path: str, body: bytes) -> str:
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()


def recall(session: Session, org_id: int, key: str, fingerprint: str) -> IdempotencyKey | None:
    """The first answer, if there was one. Raises Conflict when the key came with another request.

    Call it in the transaction that makes the change, so that two at once can't both be first.
    """
    found = session.get(IdempotencyKey, (org_id, key))
    if found is not None and found.digest != fingerprint:
        raise Conflict(f"Idempotency-Key {key!r} was used for another request; choose a new one")
    return found


def remember(session: Session, answer: IdempotencyKey) -> None:
    session.add(answer)


def forget(session: Session, answer: IdempotencyKey) -> None:
    session.delete(answer)
    session.flush()


def answer(
    org_id: int, key: str, fingerprint: str, status: int, headers: dict[str, Any], body: Any
) -> IdempotencyKey:
    return IdempotencyKey(
        org_id=org_id, key=key, digest=fingerprint, status=status, headers=headers, body=body
    )
