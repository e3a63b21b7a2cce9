"""A kind's parts on a real database, a real OpenBao and what the cluster itself would run."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.store.database import Database
from provisioner.store.migrate import migrate
from tests.fixtures_openbao import openbao, vault, vault_access
from tests.store.estate import Estate, found_estate

__all__ = ["openbao", "vault", "vault_access"]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kinds") / "migrated.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture
def database(tmp_path: Path, migrated_file: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'store.db')}")
    yield opened
    opened.close()


@pytest.fixture
def estate(database: Database) -> Estate:
    return found_estate(database)
