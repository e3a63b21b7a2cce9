"""Tasks on a resource as a whole."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.planning.wishes import TaskFacts, TaskState, TaskWish
from provisioner.store.tables import Resource, Task
from provisioner.store.types import utc_now


def of_resource(session: Session, resource_id: str) -> list[TaskFacts]:
    query = select(Task).where(Task.resource_id == resource_id).order_by(Task.name)
    return [TaskFacts.model_validate(row, from_attributes=True) for row in session.scalars(query)]


def begin(session: Session, resource: Resource, wish: TaskWish) -> datetime:
    """A task begun again keeps its problem on show until it is done. Answers since when it runs."""
    row = _row(session, resource, wish.name)
    if row.state != TaskState.RUNNING or row.key != wish.key:
        row.reason = None
    row.key, row.epoch, row.state = wish.key, resource.epoch, TaskState.RUNNING
    row.started_at, row.finished_at = utc_now(), None
    return row.started_at


def is_latest(session: Session, resource: Resource, name: str, since: datetime) -> bool:
    """Whether the attempt that began then is not followed by another one."""
    return _row(session, resource, name).started_at == since


def finish(session: Session, resource: Resource, name: str, failure: str | None = None) -> None:
    """Done, or failed with the reason."""
    row = _row(session, resource, name)
    row.state = TaskState.FAILED if failure else TaskState.DONE
    row.reason, row.finished_at = failure, utc_now()


def note(session: Session, resource: Resource, name: str, problem: str) -> bool:
    """The trouble a task that still runs has at present. True when it is news."""
    row = _row(session, resource, name)
    news, row.reason = row.reason != problem, problem
    return news


def _row(session: Session, resource: Resource, name: str) -> Task:
    found = session.get(Task, (resource.id, name))
    if found is None:
        found = Task(
            resource_id=resource.id,
            name=name,
            key="",
            epoch=resource.epoch,
            state=TaskState.RUNNING,
            started_at=utc_now(),
        )
        session.add(found)
    return found
