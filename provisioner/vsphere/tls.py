"""Whom we talk to is settled before the first byte of a request, on every connection."""

import contextlib
import hashlib
import http.client
import socket
import ssl
from collections.abc import Iterator
from typing import Any

from provisioner.domain.servers import spelled, why_unreachable
from provisioner.domain.virtual_machines import VCenterAccess
from provisioner.vsphere.errors import (
    CertificateMismatch,
    CertificateUntrusted,
    VCenterUnreachable,
)

CONNECT_SECONDS = 10


def normal_thumbprint(thumbprint: str) -> str:
    """Upper case hex without colons, so that two spellings compare equal."""
    return thumbprint.replace(":", "").replace(" ", "").upper()


def fetch_thumbprint(host: str, port: int = 443) -> str:
    """SHA-256 of the certificate the server shows now, as AA:BB:..., for a human to compare."""
    with _in_words(host, port):
        return spelled(_shown_digest(host, port))


def context_for(access: VCenterAccess) -> ssl.SSLContext:
    if access.ca_bundle is not None:
        return ssl.create_default_context(cadata=access.ca_bundle)
    return _unverified()


class VerifiedConnection(http.client.HTTPSConnection):
    """Compares the pinned thumbprint whenever it connects, reconnects of kept connections included.

    pyVmomi's own pinning looks only when the ordinary verification fails, and only the first time.
    """

    def __init__(self, *args: Any, thumbprint: str | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pinned = thumbprint

    def connect(self) -> None:
        timeout, self.timeout = self.timeout, CONNECT_SECONDS
        try:
            with _in_words(self.host, self.port):
                super().connect()
        finally:
            self.timeout = timeout
        self.sock.settimeout(timeout)
        _keep_alive(self.sock)
        if self._pinned is None:
            return
        seen = _digest_of(self.sock)
        if seen != normal_thumbprint(self._pinned):
            self.close()
            raise CertificateMismatch(
                f"{self.host}:{self.port} shows a certificate with thumbprint {spelled(seen)}, "
                f"but {spelled(self._pinned)} is pinned"
            )


@contextlib.contextmanager
def _in_words(host: str, port: int) -> Iterator[None]:
    """Raises VCenterUnreachable or CertificateUntrusted for what connecting raises."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise CertificateUntrusted(_sentence(error, host, port)) from error
    except OSError as error:
        raise VCenterUnreachable(_sentence(error, host, port)) from error


def _sentence(error: OSError, host: str, port: int) -> str:
    words = why_unreachable(error, host, port)
    return words if words.startswith(host) else words[:1].upper() + words[1:]


def _shown_digest(host: str, port: int) -> str:
    with (
        socket.create_connection((host, port), timeout=CONNECT_SECONDS) as plain,
        _unverified().wrap_socket(plain, server_hostname=host) as secured,
    ):
        return _digest_of(secured)


def _keep_alive(sock: socket.socket) -> None:
    """Long polls are silent for minutes: firewalls forget them, and a dead peer must be noticed."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)


def _digest_of(secured: ssl.SSLSocket) -> str:
    certificate = secured.getpeercert(binary_form=True) or b""
    return hashlib.sha256(certificate).hexdigest().upper()


def _unverified() -> ssl.SSLContext:
    """For connections whose certificate is compared as a whole."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
