import os
import socket
import ssl
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest

from lab.guests.kubernetes.certificates import client_certificate
from lab.guests.kubernetes_api import serve
from lab.ports import free_port
from provisioner.kubernetes.errors import (
    ApiUnreachable,
    ApiUntrusted,
    CredentialsRefused,
    RequestRefused,
)


@pytest.fixture
def nobody() -> str:
    """Where nothing listens."""
    return f"127.0.0.1:{free_port()}"


@pytest.fixture
def silent() -> Iterator[str]:
    """Where somebody accepts and then says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def knocked_at() -> Iterator[Callable[[ssl.SSLContext], str]]:
    """Serves one connection: the handshake that the context says, then 401.

    The stand-in API can't do this: asyncio sends no alert when a handshake fails.
    """
    with ThreadPoolExecutor(1) as threads, ExitStack() as open_listeners:

        def listen(context: ssl.SSLContext) -> str:
            listener = open_listeners.enter_context(socket.create_server(("127.0.0.1", 0)))
            threads.submit(refuse_one, listener, context)
            return f"127.0.0.1:{listener.getsockname()[1]}"

        yield listen


def refuse_one(listener: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = listener.accept()
    options = {"server_side": True, "do_handshake_on_connect": False}
    with context.wrap_socket(connection, **options) as opened:
        try:
            opened.do_handshake()
        except ssl.SSLError:
            hang_up_gently(opened)
        else:
            opened.recv(65536)
            opened.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")


def hang_up_gently(opened: ssl.SSLSocket) -> None:
    """Closing with unread bytes would be a reset, which overtakes the alert."""
    with suppress(OSError):
        while socket.socket.recv(opened, 65536):
            pass


def test_an_endpoint_where_nobody_listens_is_passed_over(
    connect, nobody, endpoint, authority, administrator
):
    with connect([nobody, endpoint], authority, administrator) as api:
        assert not api.has_node("any")


def test_an_endpoint_that_says_nothing_is_passed_over_in_time(
    connect, silent, endpoint, authority, administrator
):
    with connect([silent, endpoint], authority, administrator, 0.3) as api:
        assert not api.has_node("any")


def test_a_name_that_is_not_served_yet_is_passed_over_and_said_so(
    connect, nobody, endpoint, authority, administrator
):
    unknown = "api.c1.invalid:6443"
    with connect([unknown, endpoint], authority, administrator) as api:
        assert not api.has_node("any")
    api = connect([unknown, nobody], authority, administrator)
    with api, pytest.raises(ApiUnreachable, match=f"{unknown} is a name that our DNS"):
        api.has_node("any")


def test_an_impostor_is_passed_over(
    connect, endpoint, authority, stranger, administrator, cluster, server_tls
):
    api = connect([endpoint], stranger, administrator)
    with api, pytest.raises(ApiUntrusted, match=endpoint) as untrusted:
        api.has_node("any")
    assert not untrusted.value.transient


def test_a_certificate_for_another_address_is_refused(
    connect, cluster, server_tls, authority, administrator
):
    server = serve(cluster, "127.0.0.3", 0, server_tls)
    api = connect([f"127.0.0.3:{server.port}"], authority, administrator)
    with api, pytest.raises(ApiUntrusted):
        api.has_node("any")
    server.close()


def test_when_nobody_answers_every_endpoint_is_named(
    connect, nobody, silent, authority, administrator
):
    api = connect([nobody, silent], authority, administrator, 0.3)
    with api, pytest.raises(ApiUnreachable, match=f"{nobody}.*{silent}") as unreachable:
        api.has_node("any")
    assert unreachable.value.transient


def test_a_cluster_without_an_endpoint_is_unreachable(connect, authority, administrator):
    with connect([], authority, administrator) as api, pytest.raises(ApiUnreachable):
        api.has_node("any")


def test_one_endpoint_that_may_come_back_keeps_hope_alive(
    connect, nobody, endpoint, stranger, administrator
):
    api = connect([nobody, endpoint], stranger, administrator)
    with api, pytest.raises(ApiUnreachable, match="not certified"):
        api.has_node("any")


def test_a_certificate_refused_in_the_handshake_is_said_so(
    connect, knocked_at, server_tls, authority, stranger
):
    foreign = client_certificate(stranger, "pke-provisioner", "system:masters")
    strict = server_tls.context()
    strict.verify_mode = ssl.CERT_REQUIRED
    api = connect([knocked_at(strict)], authority, foreign)
    with api, pytest.raises(CredentialsRefused) as refused:
        api.has_node("any")
    assert not refused.value.transient


def test_a_certificate_refused_by_an_answer_is_said_so(
    connect, knocked_at, server_tls, authority, administrator
):
    api = connect([knocked_at(server_tls.context())], authority, administrator)
    with api, pytest.raises(CredentialsRefused, match="look for node any"):
        api.has_node("any")


def test_somebody_without_rights_is_refused(connect, endpoint, authority):
    viewer = client_certificate(authority, "jane", "viewers")
    api = connect([endpoint], authority, viewer)
    with api, pytest.raises(RequestRefused, match=r"look for node any.*403"):
        api.has_node("any")


def test_a_virtual_address_may_move_between_two_calls(
    connect, cluster, server_tls, authority, administrator
):
    first = serve(cluster, "127.0.0.2", 0, server_tls)
    with connect([f"127.0.0.2:{first.port}"], authority, administrator) as api:
        assert not api.has_node("any")
        first.close()
        second = serve(cluster, "127.0.0.2", first.port, server_tls)
        assert not api.has_node("any")
        second.close()


def test_keys_never_touch_a_disk(
    connect, endpoint, authority, administrator, tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with connect([endpoint], authority, administrator) as api:
        api.has_node("any")
        assert list(tmp_path.iterdir()) == []
        assert "PRIVATE" not in f"{api!r} {vars(api)!r}"
        assert not any("key-pair" in target for target in open_files())


def test_the_environments_proxy_is_used_only_where_it_applies(
    connect, nobody, endpoint, authority, administrator, monkeypatch
):
    monkeypatch.setenv("HTTPS_PROXY", f"http://{nobody}")
    with connect([endpoint], authority, administrator) as api, pytest.raises(ApiUnreachable):
        api.has_node("any")
    monkeypatch.setenv("NO_PROXY", "127.0.0.0/8")
    with connect([endpoint], authority, administrator) as api:
        assert not api.has_node("any")


def open_files() -> list[str]:
    found = []
    for number in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{number}"))
        except FileNotFoundError:
            continue
    return found
