"""Writers wait for each other; what fails or is only rehearsed leaves nothing."""

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from provisioner.store import tokens
from provisioner.store.database import Database
from provisioner.store.tables import ApiToken, Organisation
from tests.store.crowds import at_once


def count(database: Database) -> int:
    with database.read() as session:
        return len(list(session.scalars(select(Organisation))))


def test_what_fails_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as session:
            tokens.ensure_organisation(session, "acme")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert count(database) == 0


def test_what_is_rehearsed_leaves_nothing(database: Database) -> None:
    with database.rehearse() as session:
        assert tokens.ensure_organisation(session, "acme").id
    assert count(database) == 0


def test_processes_that_write_wait_for_each_other(database_url: str) -> None:
    """Each with an engine of its own, as the API and the worker have."""
    databases = [Database(database_url) for _ in range(4)]

    def add(number: int) -> None:
        for turn in range(5):
            with databases[number].write() as session:
                tokens.ensure_organisation(session, "shared")
                tokens.ensure_organisation(session, f"{number}-{turn}")

    at_once(4, add)
    assert count(databases[0]) == 21
    for database in databases:
        database.close()


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.write() as session:
        tokens.ensure_organisation(session, "acme")
        assert count(database) == 0
    assert count(database) == 1


def test_times_come_back_as_the_same_moment(database: Database) -> None:
    east = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=9)))
    with database.write() as session:
        org = tokens.ensure_organisation(session, "acme")
        tokens.issue(session, org.id, "viewer", "t", expires_at=east)
    with database.read() as session:
        found = session.scalars(select(ApiToken.expires_at)).one()
    assert found == east
    assert found
    assert found.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with database.read() as session:
        naive = datetime(2026, 1, 1)
        query = select(ApiToken).where(ApiToken.expires_at == naive)
        with pytest.raises(StatementError, match="without a zone"):
            session.scalars(query).first()
