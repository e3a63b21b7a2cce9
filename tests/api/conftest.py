"""The API on real SQLite, a real OpenBao and a real Temporal server."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lab.openbao import OpenBao
from lab.temporal import TemporalServer, start_temporal
from provisioner.domain.ids import new_uuid
from provisioner.store.database import Database
from provisioner.store.migrate import migrate
from provisioner.vault.access import VaultAccess
from provisioner.vault.vault import Vault
from tests.api.served import Api, served
from tests.fixtures_openbao import openbao

__all__ = ["openbao"]


@pytest.fixture(scope="session")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    folder = tmp_path_factory.mktemp("temporal")
    server = start_temporal(folder, folder)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def service_vault(openbao: OpenBao) -> Iterator[Vault]:
    """With the service's own, limited rights."""
    access = VaultAccess(url=openbao.url, role_id=openbao.role_id, secret_id=openbao.secret_id)
    opened = Vault(access)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file to copy."""
    path = tmp_path_factory.mktemp("database") / "migrated.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture
def database(tmp_path: Path, migrated: Path) -> Iterator[Database]:
    path = tmp_path / "pke.db"
    shutil.copy(migrated, path)
    opened = Database(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def api(database: Database, service_vault: Vault, temporal: TemporalServer) -> Iterator[Api]:
    with served(database, service_vault, temporal.address) as started:
        started.add_vcenter(new_uuid())
        yield started


@pytest.fixture
def admin(api: Api) -> httpx.Client:
    return api.client("admin")


@pytest.fixture
def operator(api: Api) -> httpx.Client:
    return api.client("operator")


@pytest.fixture
def viewer(api: Api) -> httpx.Client:
    return api.client("viewer")
