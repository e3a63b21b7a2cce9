"""Resources: one live one of a name, specs that are only appended to, changes that all count."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.clusters import KIND
from provisioner.store import operations, resources
from provisioner.store.errors import Conflict, NotFound, Taken
from provisioner.store.tables import Operation, Resource, Spec
from provisioner.store.types import utc_now
from tests.store.crowds import at_once
from tests.store.estate import Estate, found_estate


def specs(estate: Estate, resource: str) -> list[Spec]:
    query = select(Spec).where(Spec.resource_id == resource).order_by(Spec.generation)
    return estate.read(lambda session: list(session.scalars(query)))


def all_operations(estate: Estate, resource: str) -> list[Operation]:
    query = select(Operation).where(Operation.resource_id == resource)
    found = estate.read(lambda session: list(session.scalars(query)))
    return sorted(found, key=lambda operation: operation.started_at)


def vanish(session: Session, resource: Resource) -> None:
    resource.deleted_at = utc_now()


def test_a_new_resource_has_its_spec_an_operation_and_an_event(estate: Estate) -> None:
    resource = estate.resource(estate.cluster())
    assert (resource.generation, resource.observed_generation, resource.epoch) == (1, 0, 1)
    assert resource.status == "CREATING"
    assert [spec.document["name"] for spec in specs(estate, resource.id)] == ["c1"]
    operation = estate.operation(resource.id)
    assert (operation.kind, operation.state, operation.generation) == ("create", "running", 1)
    assert [event.reason for event in estate.events(resource.id)] == ["CreationRequested"]


def test_a_name_is_taken_once(estate: Estate) -> None:
    estate.cluster("c1")
    with pytest.raises(Taken, match="named 'c1' already"):
        estate.cluster("c1")
    assert estate.cluster("c2")


def test_a_name_is_taken_once_by_many_at_once(estate: Estate) -> None:
    def create(_: int) -> str | None:
        try:
            return estate.cluster("c1")
        except Taken:
            return None

    assert sum(found is not None for found in at_once(8, create)) == 1


def test_another_organisation_may_use_the_name(estate: Estate) -> None:
    other = found_estate(estate.database, "other")
    assert estate.cluster("c1") != other.cluster("c1")


def test_a_name_is_free_again_after_deletion_only(estate: Estate) -> None:
    first = estate.cluster("c1")
    estate.delete(first)
    with pytest.raises(Taken):
        estate.cluster("c1")
    estate.locked(first, vanish)
    second = estate.cluster("c1")
    assert estate.resource(first).number != estate.resource(second).number


def test_resources_are_found_by_id_or_name_within_their_organisation(estate: Estate) -> None:
    resource = estate.cluster("c1")
    for key in ("c1", resource):
        found = estate.read(lambda session, key=key: resources.find(session, estate.org, KIND, key))
        assert found.id == resource
    for org, key in ((estate.org, "c2"), (estate.org + 1, "c1"), (estate.org + 1, resource)):
        with pytest.raises(NotFound):
            estate.read(lambda session, o=org, k=key: resources.find(session, o, KIND, k))


def test_a_number_is_its_organisations_too(estate: Estate) -> None:
    resource = estate.resource(estate.cluster())

    def by_number(org: int) -> Resource | None:
        return estate.read(lambda session: resources.by_number(session, org, resource.number))

    assert by_number(estate.org)
    assert by_number(estate.org + 1) is None
    estate.locked(resource.id, vanish)
    assert by_number(estate.org) is None


def test_deleted_ones_are_neither_found_nor_listed(estate: Estate) -> None:
    resource = estate.cluster("c1")
    estate.cluster("a1")
    estate.locked(resource, vanish)
    listed = estate.read(lambda session: resources.listed(session, estate.org, KIND))
    assert [found.name for found in listed] == ["a1"]
    with pytest.raises(NotFound):
        estate.read(lambda session: resources.find(session, estate.org, KIND, resource))


def test_a_change_appends_a_generation(estate: Estate) -> None:
    resource = estate.cluster()
    operation = estate.change(resource, sshKeys=["ssh-ed25519 AAAA"])
    assert operation.generation == 2
    first, second = specs(estate, resource)
    assert ("sshKeys" in first.document, "sshKeys" in second.document) == (False, True)
    assert (first.requested_by, second.requested_by) == ("alice", "bob")
    assert estate.resource(resource).epoch == 2


def test_an_edit_in_place_leaves_the_older_generation_as_it_was(estate: Estate) -> None:
    resource = estate.cluster()

    def change(session: Session, row: Resource) -> Operation:
        document = resources.document(session, row)
        document["nodePools"][0]["size"] = 9
        return resources.change(session, row, "x", "bob", document)

    estate.locked(resource, change)
    first, second = specs(estate, resource)
    assert first.document["nodePools"][0]["size"] == 2
    assert second.document["nodePools"][0]["size"] == 9


def test_a_newer_generation_supersedes_the_older_operation(estate: Estate) -> None:
    resource = estate.cluster()
    newer = estate.change(resource)
    older = all_operations(estate, resource)[0]
    assert (older.state, older.superseded_by) == ("superseded", newer.id)
    assert older.reason == "superseded by generation 2 (change)"
    assert older.finished_at
    assert estate.operation(resource).id == newer.id


def test_of_many_changes_at_once_none_is_lost(estate: Estate) -> None:
    resource = estate.cluster(sshKeys=[])

    def add(number: int) -> int:
        def change(session: Session, row: Resource) -> Operation:
            document = resources.document(session, row)
            edited = document | {"sshKeys": [*document["sshKeys"], str(number)]}
            return resources.change(session, row, "x", "bob", edited)

        return estate.locked(resource, change).generation

    assert sorted(at_once(16, add)) == list(range(2, 18))
    assert [spec.generation for spec in specs(estate, resource)] == list(range(1, 18))
    assert sorted(specs(estate, resource)[-1].document["sshKeys"], key=int) == [
        str(number) for number in range(16)
    ]
    states = [operation.state for operation in all_operations(estate, resource)]
    assert sorted(states) == ["running"] + ["superseded"] * 16
    assert estate.operation(resource).generation == 17


def test_a_retry_counts_afresh_and_keeps_the_spec(estate: Estate) -> None:
    resource = estate.cluster()
    operation = estate.locked(resource, lambda session, row: resources.retry(session, row, "bob"))
    assert (operation.kind, operation.generation) == ("retry", 1)
    assert (estate.resource(resource).epoch, len(specs(estate, resource))) == (2, 1)


@pytest.mark.parametrize(
    ("status", "observed", "after"),
    [
        ("RUNNING", 1, "UPDATING"),
        ("DEGRADED", 1, "UPDATING"),
        ("FAILED", 0, "CREATING"),
        ("DEGRADED", 0, "CREATING"),
        ("CREATING", 0, "CREATING"),
    ],
)
def test_a_change_is_seen_in_the_status_at_once(
    estate: Estate, status: str, observed: int, after: str
) -> None:
    resource = estate.cluster()

    def was(session: Session, row: Resource) -> None:
        row.status, row.observed_generation = status, observed

    estate.locked(resource, was)
    estate.change(resource)
    assert estate.resource(resource).status == after


def test_deletion_supersedes_and_is_seen_at_once(estate: Estate) -> None:
    resource = estate.cluster()
    operation = estate.delete(resource)
    assert operation.kind == "delete"
    assert estate.resource(resource).status == "DELETING"
    assert all_operations(estate, resource)[0].superseded_by == operation.id


def test_deletion_asked_for_again_is_the_one_under_way(estate: Estate) -> None:
    resource = estate.cluster()
    first = estate.delete(resource)
    asked_at = estate.resource(resource).deletion_requested_at
    assert estate.delete(resource).id == first.id
    assert estate.resource(resource).deletion_requested_at == asked_at


def test_a_deletion_that_failed_is_tried_afresh(estate: Estate) -> None:
    resource = estate.cluster()
    first = estate.delete(resource)

    def fail(session: Session, row: Resource) -> None:
        running = operations.running(session, row.id)
        assert running
        operations.finish(running, "failed", "no Vault")

    estate.locked(resource, fail)
    epoch = estate.resource(resource).epoch
    assert estate.delete(resource).id != first.id
    assert estate.resource(resource).epoch == epoch + 1


def test_nothing_changes_what_is_being_deleted(estate: Estate) -> None:
    resource = estate.cluster()
    estate.delete(resource)
    with pytest.raises(Conflict, match="being deleted"):
        estate.change(resource)
    with pytest.raises(Conflict, match="being deleted"):
        estate.locked(resource, lambda session, row: resources.retry(session, row, "bob"))
