from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from lab.guests.kubernetes.certificates import (
    Authority,
    KeyPair,
    client_certificate,
    server_certificate,
)
from lab.guests.kubernetes_api import InMemoryCluster, KubernetesServer, ServerTls, serve
from provisioner.kubernetes.cluster_api import ClusterApi
from provisioner.vault.authority import new_authority
from tests.fixtures_openbao import openbao, vault, vault_access

__all__ = ["openbao", "vault", "vault_access"]


@pytest.fixture(scope="session")
def authority() -> Authority:
    made = new_authority("kubernetes")
    return Authority(made.certificate, made.private_key.get_secret_value())


@pytest.fixture(scope="session")
def stranger() -> Authority:
    """The authority of some other cluster."""
    made = new_authority("kubernetes")
    return Authority(made.certificate, made.private_key.get_secret_value())


@pytest.fixture(scope="session")
def administrator(authority: Authority) -> KeyPair:
    return client_certificate(authority, "pke-provisioner", "system:masters")


@pytest.fixture(scope="session")
def server_tls(authority: Authority) -> ServerTls:
    pair = server_certificate(authority, ["127.0.0.1", "127.0.0.2"])
    return ServerTls(pair.certificate, pair.private_key, authority.certificate)


@pytest.fixture
def cluster() -> InMemoryCluster:
    return InMemoryCluster()


@pytest.fixture
def server(cluster: InMemoryCluster, server_tls: ServerTls) -> Iterator[KubernetesServer]:
    served = serve(cluster, "127.0.0.1", 0, server_tls)
    yield served
    served.close()


@pytest.fixture
def endpoint(server: KubernetesServer) -> str:
    return f"{server.address}:{server.port}"


@pytest.fixture
def api(endpoint: str, authority: Authority, administrator: KeyPair) -> Iterator[ClusterApi]:
    with connect([endpoint], authority, administrator) as opened:
        yield opened


def connect(
    endpoints: list[str], authority: Authority, client: KeyPair, timeout_seconds: float = 5.0
) -> ClusterApi:
    return ClusterApi(
        endpoints,
        authority.certificate,
        client.certificate,
        SecretStr(client.private_key),
        timeout_seconds,
    )


@pytest.fixture(name="connect")
def connect_fixture():
    return connect
