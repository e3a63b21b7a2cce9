"""Repositories on a real database: SQLite files here, whatever `database_url` names elsewhere."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.store.database import Database
from tests.fixtures_database import migrated_file
from tests.store.estate import Estate, found_estate
from tests.store.lives import SMALL

__all__ = ["migrated_file"]


@pytest.fixture
def empty_url(tmp_path: Path) -> str:
    """Of a database without any schema."""
    return f"sqlite:///{tmp_path}/empty.db"


@pytest.fixture
def database_url(tmp_path: Path, migrated_file: Path) -> str:
    """Of a database of its own for each test, with the present schema."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'store.db')}"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def estate(database: Database) -> Estate:
    return found_estate(database)


@pytest.fixture
def running(estate: Estate) -> str:
    """A cluster of one master and two workers, as asked."""
    resource = estate.cluster(**SMALL)
    estate.settle(resource)
    return resource
