"""A database for every test that wants one; import what is named here in a conftest."""

from pathlib import Path

import pytest

from provisioner.store.database import Database
from provisioner.store.migrate import migrate


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """To copy: a migration for each test would take most of its time."""
    path = tmp_path_factory.mktemp("database") / "migrated.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path
