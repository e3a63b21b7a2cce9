"""Operations tell how far a request is, to its own organisation."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from provisioner.domain.progress import OperationStep
from provisioner.store import operations
from provisioner.store.errors import NotFound
from provisioner.store.tables import Operation, Resource
from tests.store.estate import Estate

STEPS = (
    OperationStep(name="certificates", state="done", percent=100),
    OperationStep(name="pool1", state="running", percent=51, detail="1 of 2 nodes ready"),
)


def running(session: Session, resource: Resource) -> Operation:
    found = operations.running(session, resource.id)
    assert found
    return found


def test_steps_come_back_as_they_were(estate: Estate) -> None:
    resource = estate.cluster()
    timed = STEPS[0].model_copy(update={"started_at": estate.now, "finished_at": estate.now})
    estate.locked(resource, lambda *of: operations.report(running(*of), (timed, STEPS[1])))
    operation = estate.operation(resource)
    assert operations.steps_of(operation) == (timed, STEPS[1])
    assert operation.percent == 75


def test_success_is_100_percent(estate: Estate) -> None:
    resource = estate.cluster()
    estate.locked(resource, lambda *of: operations.finish(running(*of), "succeeded"))
    operation = estate.operation(resource)
    assert (operation.state, operation.percent) == ("succeeded", 100)
    assert operation.finished_at
    assert operation.finished_at >= operation.started_at


def test_failure_keeps_its_percentage_and_its_reason(estate: Estate) -> None:
    resource = estate.cluster()
    estate.locked(resource, lambda *of: operations.report(running(*of), STEPS))
    estate.locked(resource, lambda *of: operations.finish(running(*of), "failed", "no way"))
    operation = estate.operation(resource)
    assert (operation.state, operation.percent, operation.reason) == ("failed", 75, "no way")
    assert estate.read(lambda session: operations.running(session, resource)) is None


def test_an_operation_is_its_organisations_also_after_the_resource_is_gone(estate: Estate) -> None:
    resource = estate.cluster()
    wanted = estate.operation(resource).id

    def vanish(_: Session, row: Resource) -> None:
        row.deleted_at = row.created_at + timedelta(days=1)

    estate.locked(resource, vanish)
    assert estate.read(lambda session: operations.get(session, estate.org, wanted).id) == wanted
    with pytest.raises(NotFound):
        estate.read(lambda session: operations.get(session, estate.org + 1, wanted))


def test_operations_are_listed_newest_first(estate: Estate) -> None:
    resource, other = estate.cluster("c1"), estate.cluster("c2")
    estate.change(resource)
    estate.change(resource)

    def kinds(key: str | None = None, limit: int = 100) -> list[int]:
        found = estate.read(
            lambda session: operations.listed(session, estate.org, key=key, limit=limit)
        )
        return [operation.generation for operation, _ in found]

    assert kinds("c1") == kinds(resource) == [3, 2, 1]
    assert kinds(other) == [1]
    assert kinds(limit=2) == [3, 2]
    assert kinds("nobody") == []
