"""The API on real SQLite, a real OpenBao and a real Temporal server."""

from collections.abc import Iterator

import httpx
import pytest

from api.gateway import Gateway
from api.services import Services, assemble
from lab.openbao import OpenBao
from lab.temporal import TemporalServer, start_temporal
from provisioner.settings import Settings
from provisioner.store.database import Database
from provisioner.store.migrate import migrate
from provisioner.vault.access import VaultAccess
from provisioner.vault.vault import Vault
from tests.api.served import Api, served
from tests.fixtures_openbao import openbao

__all__ = ["openbao"]


@pytest.fixture(scope="package")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    folder = tmp_path_factory.mktemp("temporal")
    server = start_temporal(folder, folder)
    yield server
    server.stop()


@pytest.fixture(scope="package")
def service_vault(openbao: OpenBao) -> Iterator[Vault]:
    """With the service's own, limited rights."""
    access = VaultAccess(url=openbao.url, role_id=openbao.role_id, secret_id=openbao.secret_id)
    opened = Vault(access)
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path_factory.mktemp('database')}/pke.db")
    migrate(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="package")
def services(database: Database, service_vault: Vault, temporal: TemporalServer) -> Services:
    settings = Settings(temporal_address=temporal.address)
    gateway = Gateway(temporal.address, settings.temporal_namespace, settings.task_queue)
    return assemble(settings, database, service_vault, gateway)


@pytest.fixture(scope="package")
def server(services: Services) -> Iterator[str]:
    with served(services) as url:
        yield url


@pytest.fixture
def api(server: str, services: Services) -> Iterator[Api]:
    part = Api(server, services)
    part.add_vcenter()
    yield part
    part.close()


@pytest.fixture
def admin(api: Api) -> httpx.Client:
    return api.client("admin")


@pytest.fixture
def operator(api: Api) -> httpx.Client:
    return api.client("operator")


@pytest.fixture
def viewer(api: Api) -> httpx.Client:
    return api.client("viewer")
