"""How the etcd is that keeps a cluster's data, as care tells of that cluster."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.domain.conditions import Condition
from provisioner.domain.etcd_clusters import client_url
from provisioner.store import resources
from provisioner.vault.vault import Vault
from tests.etcd.test_forgetting import Site, open_site
from workflows.kinds.external_etcd import look


@pytest.fixture
def site(vault: Vault, tmp_path: Path) -> Iterator[Site]:
    with open_site(vault, tmp_path) as opened:
        yield opened


def told(site: Site, cluster: str) -> Condition:
    [condition] = look(site.database, site.vault, cluster)
    return condition


def test_an_etcd_that_serves_is_healthy(site: Site) -> None:
    found = told(site, site.cluster(etcdCluster="shared"))
    assert (found.type, found.status, found.reason) == ("EtcdHealthy", "True", "Healthy")
    assert found.message == "1 endpoint serves"


def test_an_endpoint_that_does_not_serve_is_named(site: Site) -> None:
    site.secret()
    urls = [client_url(site.address), "https://127.78.255.254:2379"]
    found = told(site, site.cluster(endpoints=urls, secret="own"))
    assert (found.status, found.reason) == ("False", "EndpointDown")
    assert found.message == f"{urls[1]} does not answer"


def test_nothing_is_told_of_one_that_is_still_to_come(site: Site) -> None:
    with site.database.write() as session:
        resources.lock(session, site.etcd).established = False
    assert not list(look(site.database, site.vault, site.cluster(etcdCluster="shared")))
