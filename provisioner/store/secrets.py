"""Credentials that documents name: who has which, and whose documents name them.

Values are in Vault, at the row's path. A document names a secret in a field called `secret`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from provisioner.domain.faults import Fault
from provisioner.store.errors import NotFound, Taken
from provisioner.store.tables import Resource, Secret, Spec
from provisioner.store.types import utc_now

SecretType = Literal["vsphere", "etcd", "registry", "load-balancer"]
REGISTRY: SecretType = "registry"
_FIELD = "secret"


def unfinished_name(secret_id: str) -> str:
    """No user's name has a slash: what is being written or deleted stands in nobody's way."""
    return f"unfinished/{secret_id}"


def find(session: Session, org_id: int, name: str) -> Secret:
    query = select(Secret).where(
        Secret.org_id == org_id, Secret.name == name, Secret.stored_at.is_not(None)
    )
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(f"there is no secret named {name!r}")
    return found


def listed(session: Session, org_id: int, of_type: SecretType | None = None) -> list[Secret]:
    query = select(Secret).where(Secret.org_id == org_id, Secret.stored_at.is_not(None))
    if of_type:
        query = query.where(Secret.type == of_type)
    return list(session.scalars(query.order_by(Secret.name)))


def put_in_force(session: Session, secret: Secret, name: str) -> None:
    """Its values are in Vault. Raises Taken."""
    secret.name, secret.stored_at = name, utc_now()
    try:
        session.flush()
    except IntegrityError as err:
        raise Taken(f"there is a secret named {name!r} already") from err


def is_in_force(session: Session, secret_id: str) -> bool:
    found = session.get(Secret, secret_id)
    return found is not None and found.stored_at is not None


def take_out_of_force(secret: Secret) -> None:
    """Its name is free; the row stands for what has to be deleted from Vault."""
    secret.name, secret.stored_at = unfinished_name(secret.id), None


def reference_faults(
    session: Session, org_id: int, path: str, name: str, of_type: SecretType
) -> list[Fault]:
    """Whether a document may name this secret in its field `path`."""
    # Held against a deletion that looks for users at the same time.
    query = select(Secret).where(Secret.org_id == org_id, Secret.name == name)
    found = session.scalars(query.with_for_update(read=True)).first()
    if found is None or found.stored_at is None:
        return [Fault(path, f"there is no secret named {name!r}; create it first: POST /secrets")]
    if found.type != of_type:
        return [Fault(path, f"the secret {name!r} is of type {found.type}; name one of {of_type}")]
    return []


def users(session: Session, secret: Secret) -> list[str]:
    """What names it in its present document, as `cluster demo`."""
    return [f"{one.kind} {one.name}" for one in naming(session, secret)]


def naming(session: Session, secret: Secret) -> list[Resource]:
    query = (
        select(Resource, Spec.document)
        .join(Spec, (Spec.resource_id == Resource.id) & (Spec.generation == Resource.generation))
        .where(Resource.org_id == secret.org_id, Resource.deleted_at.is_(None))
        .order_by(Resource.kind, Resource.name)
    )
    return [
        resource for resource, document in session.execute(query) if secret.name in _named(document)
    ]


def locked(session: Session, secret_id: str) -> Secret | None:
    query = select(Secret).where(Secret.id == secret_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).first()


def unfinished(session: Session, before: datetime) -> list[Secret]:
    """Begun before then and not in force: whoever writes or deletes them did not live to end it."""
    query = select(Secret).where(Secret.stored_at.is_(None), Secret.created_at < before)
    return list(session.scalars(query))


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _named(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key == _FIELD and isinstance(one, str):
                yield one
            else:
                yield from _named(one)
