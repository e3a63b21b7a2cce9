"""The API as a process: over TLS, ending without a reset."""

import os
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from lab.openbao import OpenBao
from lab.ports import free_port
from lab.temporal import TemporalServer
from lab.waiting import wait_until
from provisioner.store import tokens
from provisioner.store.database import Database
from provisioner.store.migrate import migrate
from tests.api.test_program import PROGRAM, REPOSITORY


@dataclass
class Served:
    port: int
    token: str
    certificate: Path
    process: subprocess.Popen[bytes]
    log: Path

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", verify=self.context).is_success
        except httpx.TransportError:
            return False

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.certificate)


@pytest.fixture
def served(tmp_path: Path, openbao: OpenBao, temporal: TemporalServer) -> Iterator[Served]:
    with closing(Database(f"sqlite:///{tmp_path}/pke.db")) as database:
        migrate(database)
        with database.write() as session:
            org = tokens.ensure_organisation(session, "o")
            token = tokens.issue(session, org.id, "admin", "root")
    certificate, key = _certificate(tmp_path)
    secret = tmp_path / "secret-id"
    secret.write_text(openbao.secret_id)
    port, log = free_port(), tmp_path / "log"
    environment = {
        "PATH": os.environ["PATH"],
        "PKE_DATABASE_URL": f"sqlite:///{tmp_path}/pke.db",
        "PKE_TEMPORAL_ADDRESS": temporal.address,
        "PKE_VAULT_URL": openbao.url,
        "PKE_VAULT_ROLE_ID": openbao.role_id,
        "PKE_VAULT_SECRET_ID_FILE": str(secret),
        "PKE_API_LISTEN": f"127.0.0.1:{port}",
        "PKE_API_TLS_CERTIFICATE": str(certificate),
        "PKE_API_TLS_KEY": str(key),
        "PKE_LOG_FORMAT": "json",
    }
    with log.open("wb") as file:
        process = subprocess.Popen(
            (*PROGRAM, "api"), cwd=REPOSITORY, env=environment, stderr=file, stdout=file
        )
    found = Served(port, token, certificate, process, log)
    try:
        assert wait_until(found.answers, 30), log.read_text()
        yield found
    finally:
        process.kill()
        process.wait()


def test_in_flight_requests_are_finished(served: Served) -> None:
    """Half a request is there when the end is asked for; its answer still comes."""
    raw = socket.create_connection(("127.0.0.1", served.port))
    with served.context.wrap_socket(raw, server_hostname="127.0.0.1") as connection:
        connection.sendall(_half_a_request(served.token))
        assert httpx.get(f"{served.url}/readyz", verify=served.context).status_code == 200
        served.process.send_signal(signal.SIGTERM)
        assert wait_until(lambda: not served.answers(), 10)
        assert served.process.poll() is None
        connection.sendall(b"}")
        connection.settimeout(10)
        assert connection.recv(1000).startswith(b"HTTP/1.1 422")
    assert served.process.wait(20) in (0, -signal.SIGTERM)
    lines = served.log.read_text().splitlines()
    assert all(line.startswith("{") for line in lines), lines


def _half_a_request(token: str) -> bytes:
    lines = (
        "POST /clusters HTTP/1.1",
        "Host: api",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        "Content-Length: 2",
    )
    return ("\r\n".join(lines) + "\r\n\r\n{").encode()


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "api.crt", folder / "api.key"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    paths[1].write_bytes(private)
    return paths
