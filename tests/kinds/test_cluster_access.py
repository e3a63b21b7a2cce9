"""Ways into created clusters: kept while they hold, and renewed when masters come."""

import pytest

from provisioner.domain.ids import ResourceId
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.vault.vault import Vault
from tests.store.estate import Estate
from tests.workflow.waiting import until
from workflows.kinds.cluster_access import ClusterAccess

SECONDS = 10


@pytest.fixture
def resource(estate: Estate, vault: Vault) -> str:
    made = estate.cluster()
    vault.ensure_cluster_authorities(ResourceId(made), "c1")
    estate.settle(made)
    return made


def test_a_new_master_is_knocked_at_soon(estate: Estate, vault: Vault, resource: str) -> None:
    access = ClusterAccess(estate.database, vault)
    before = access.api(resource)
    estate.set(estate.nodes(resource, CONTROL_PLANE), address="10.0.0.31")
    until(lambda: access.api(resource) is not before, SECONDS)
    access.forget(resource)


def test_nobody_asks_all_the_time_who_the_masters_are(
    estate: Estate, vault: Vault, resource: str
) -> None:
    access = ClusterAccess(estate.database, vault)
    access.api(resource)
    before = estate.database.statements
    for _ in range(100):
        access.api(resource)
    assert estate.database.statements - before < 100
    access.forget(resource)
