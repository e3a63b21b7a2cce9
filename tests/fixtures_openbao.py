"""A real OpenBao for every test that wants one; import what is named here in a conftest."""

from collections.abc import Iterator

import pytest

from lab.openbao import OpenBao, start
from provisioner.vault.access import VaultAccess
from provisioner.vault.vault import Vault

RUNNING = pytest.StashKey[OpenBao]()


@pytest.fixture(scope="session")
def openbao(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenBao]:
    """Imported by several conftests it is several fixtures to pytest, which share one server."""
    if RUNNING in pytestconfig.stash:
        yield pytestconfig.stash[RUNNING]
        return
    server = pytestconfig.stash[RUNNING] = start(tmp_path_factory.mktemp("openbao"))
    yield server
    server.stop()


@pytest.fixture
def vault_access(openbao: OpenBao) -> VaultAccess:
    """The service's own way in: the AppRole with the least-privilege policy."""
    return VaultAccess(url=openbao.url, role_id=openbao.role_id, secret_id=openbao.secret_id)


@pytest.fixture
def vault(vault_access: VaultAccess) -> Iterator[Vault]:
    opened = Vault(vault_access)
    yield opened
    opened.close()
