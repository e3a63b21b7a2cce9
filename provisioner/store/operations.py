"""Operations: what a user asked for, and how far it is. A newer generation supersedes an older."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.ids import new_uuid
from provisioner.domain.progress import OperationStep, percent
from provisioner.store.errors import NotFound
from provisioner.store.tables import Operation, Resource
from provisioner.store.types import utc_now


def begin(session: Session, resource: Resource, kind: str, who: str) -> Operation:
    """Opens the operation of the resource's present generation; a running one is superseded."""
    operation = Operation(
        id=new_uuid(),
        org_id=resource.org_id,
        resource_id=resource.id,
        kind=kind,
        generation=resource.generation,
        requested_by=who,
    )
    if older := running(session, resource.id):
        older.state = "superseded"
        older.reason = f"superseded by generation {resource.generation} ({kind})"
        older.superseded_by = operation.id
        older.finished_at = utc_now()
    session.add(operation)
    return operation


def running(session: Session, resource_id: str) -> Operation | None:
    query = select(Operation).where(
        Operation.resource_id == resource_id, Operation.state == "running"
    )
    return session.scalars(query).first()


def report(operation: Operation, steps: Iterable[OperationStep]) -> None:
    found = tuple(steps)
    operation.steps = [step.model_dump(mode="json") for step in found]
    operation.percent = percent(found)


def steps_of(operation: Operation) -> tuple[OperationStep, ...]:
    return tuple(OperationStep.model_validate(step) for step in operation.steps)


def finish(operation: Operation, state: str, reason: str | None = None) -> None:
    """`state`: succeeded or failed."""
    operation.state = state
    operation.reason = reason
    operation.finished_at = utc_now()
    if state == "succeeded":
        operation.percent = 100


def get(session: Session, org_id: int, operation_id: str) -> Operation:
    found = session.get(Operation, operation_id)
    if found is None or found.org_id != org_id:
        raise NotFound(f"there is no operation {operation_id}")
    return found


def latest(session: Session, resource_id: str) -> Operation | None:
    query = select(Operation).where(Operation.resource_id == resource_id)
    return session.scalars(query.order_by(Operation.started_at.desc()).limit(1)).first()


def listed(
    session: Session, org_id: int, key: str | None = None, limit: int = 100
) -> list[tuple[Operation, Resource]]:
    """Newest first. `key`: a resource's id, or the name of a live one."""
    query = (
        select(Operation, Resource)
        .join(Resource, Resource.id == Operation.resource_id)
        .where(Operation.org_id == org_id)
    )
    if key is not None:
        live = (Resource.name == key) & Resource.deleted_at.is_(None)
        query = query.where((Resource.id == key) | live)
    query = query.order_by(Operation.started_at.desc(), Operation.id).limit(limit)
    return list(session.execute(query))
