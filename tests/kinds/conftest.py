"""A kind's parts on a real database, a real OpenBao and what the cluster itself would run."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.store.database import Database
from tests.fixtures_database import migrated_file
from tests.fixtures_openbao import openbao, vault, vault_access
from tests.store.estate import Estate, found_estate

__all__ = ["migrated_file", "openbao", "vault", "vault_access"]


@pytest.fixture
def database(tmp_path: Path, migrated_file: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'store.db')}")
    yield opened
    opened.close()


@pytest.fixture
def estate(database: Database) -> Estate:
    return found_estate(database)
