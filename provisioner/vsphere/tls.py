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
        return spelled(_digest(_shown_certificate(host, port)))


def trust_of(access: VCenterAccess) -> str:
    """PEM by which others can verify this vCenter as we do. A pinned certificate is fetched.

    Raises CertificateMismatch, VCenterUnreachable.
    """
    if access.thumbprint is None:
        return access.ca_bundle or ""
    with _in_words(access.host, access.port):
        shown = _shown_certificate(access.host, access.port)
    if _digest(shown) != normal_thumbprint(access.thumbprint):
        raise _mismatch(access.host, access.port, _digest(shown), access.thumbprint)
    return ssl.DER_cert_to_PEM_cert(shown)


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
            raise _mismatch(self.host, self.port, seen, self._pinned)


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


def _mismatch(host: str, port: int, seen: str, pinned: str) -> CertificateMismatch:
    return CertificateMismatch(
        f"{host}:{port} shows a certificate with thumbprint {spelled(seen)}, "
        f"but {spelled(pinned)} is pinned"
    )


def _shown_certificate(host: str, port: int) -> bytes:
    with (
        socket.create_connection((host, port), timeout=CONNECT_SECONDS) as plain,
        _unverified().wrap_socket(plain, server_hostname=host) as secured,
    ):
        return secured.getpeercert(binary_form=True) or b""


def _keep_alive(sock: socket.socket) -> None:
    """Long polls are silent for minutes: firewalls forget them, and a dead peer must be noticed."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)


def _digest_of(secured: ssl.SSLSocket) -> str:
    return _digest(secured.getpeercert(binary_form=True) or b"")


def _digest(certificate: bytes) -> str:
    return hashlib.sha256(certificate).hexdigest().upper()


def _unverified() -> ssl.SSLContext:
    """For connections whose certificate is compared as a whole."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
