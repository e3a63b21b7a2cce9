from collections.abc import Iterator

import hvac
import pytest

from lab.openbao import OpenBao
from provisioner.domain.ids import ResourceId, new_uuid
from provisioner.vault.access import VaultAccess
from provisioner.vault.vault import Vault
from tests.fixtures_openbao import openbao, vault, vault_access

__all__ = ["openbao", "vault", "vault_access"]


@pytest.fixture
def root(openbao: OpenBao) -> Iterator[hvac.Client]:
    """For looking behind the service's back."""
    client = openbao.root_client()
    yield client
    client.adapter.close()


@pytest.fixture
def resource_id() -> ResourceId:
    return ResourceId(new_uuid())


@pytest.fixture(scope="session")
def shared_cluster(openbao: OpenBao) -> ResourceId:
    """A cluster whose authorities exist, for tests that only look at it."""
    cluster_id = ResourceId(new_uuid())
    access = VaultAccess(url=openbao.url, role_id=openbao.role_id, secret_id=openbao.secret_id)
    opened = Vault(access)
    opened.ensure_cluster_authorities(cluster_id, "shared")
    opened.close()
    return cluster_id


@pytest.fixture
def cluster(vault: Vault, resource_id: ResourceId) -> ResourceId:
    """A cluster whose authorities exist, for this test to ruin."""
    vault.ensure_cluster_authorities(resource_id, "demo")
    return resource_id
