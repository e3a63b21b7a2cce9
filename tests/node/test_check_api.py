"""keepalived's check of the local API server."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.guests.kubernetes.certificates import Authority, server_certificate
from lab.guests.kubernetes_api import InMemoryCluster, KubernetesServer, ServerTls, serve
from provisioner.bootstrap import check_api
from provisioner.bootstrap.check_api import alive, healthy
from tests.node.authority import SelfSigned, self_signed


@pytest.fixture
def authority() -> SelfSigned:
    return self_signed("kubernetes")


@pytest.fixture
def server(authority: SelfSigned) -> Iterator[KubernetesServer]:
    issuer = Authority(authority.certificate, authority.private_key)
    pair = server_certificate(issuer, ["127.0.0.1"])
    tls = ServerTls(pair.certificate, pair.private_key, authority.certificate)
    running = serve(InMemoryCluster(), "127.0.0.1", 0, tls)
    yield running
    running.close()


@pytest.fixture
def trusted(tmp_path: Path, authority: SelfSigned) -> str:
    file = tmp_path / "ca.crt"
    file.write_text(authority.certificate)
    return str(file)


def test_healthy_server(server: KubernetesServer, trusted: str) -> None:
    assert alive(server.port, trusted)


def test_server_that_is_gone(server: KubernetesServer, trusted: str) -> None:
    server.close()
    with pytest.raises(ConnectionError):
        alive(server.port, trusted)


def test_server_of_another_cluster(server: KubernetesServer, tmp_path: Path) -> None:
    other = tmp_path / "other.crt"
    other.write_text(self_signed("kubernetes").certificate)
    with pytest.raises(ssl.SSLCertVerificationError):
        alive(server.port, str(other))


def test_one_failure_proves_nothing(
    server: KubernetesServer, trusted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server comes back while the check pauses."""
    opened = [ConnectionRefusedError()]
    real = socket.create_connection

    def refuse_once(*arguments: object, **options: object) -> socket.socket:
        if opened:
            raise opened.pop()
        return real(*arguments, **options)

    monkeypatch.setattr(socket, "create_connection", refuse_once)
    assert healthy(server.port, trusted)
    assert opened == []


def test_nobody_listening_is_believed(server: KubernetesServer, trusted: str) -> None:
    server.close()
    assert not healthy(server.port, trusted)


def test_a_server_that_says_nothing_is_not_waited_for_for_ever(trusted: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not healthy(silent.getsockname()[1], trusted)


def test_a_server_that_answers_anything_else_is_not_alive(
    server: KubernetesServer, trusted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_api, "PATH", "/nothing-of-that-name")
    assert not alive(server.port, trusted)
