"""The token goes to the server that was pinned, and to nobody else."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.node.conftest import MakeMachine
from tests.node.service import ScriptedService


def self_signed(folder: Path) -> Path:
    """A server's certificate and key in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "service")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "service.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
    return file


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    return self_signed(tmp_path)


@pytest.fixture
def secure_service(pem: Path) -> Iterator[ScriptedService]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with ScriptedService(context) as running:
        yield running


def test_pinned_service(
    secure_service: ScriptedService, machine_of: MakeMachine, pem: Path
) -> None:
    authority = pem.read_text().partition("-----BEGIN PRIVATE")[0]
    machine = machine_of(api_url=secure_service.url, api_authority=authority)
    assert machine.run().code == 0
    assert secure_service.last("POST ready").headers["Host"].startswith("127.0.0.1")


def test_unknown_service_is_told_nothing(
    secure_service: ScriptedService, machine_of: MakeMachine
) -> None:
    machine = machine_of(role="worker", api_url=secure_service.url)
    agent = machine.start()
    assert agent.stdout
    said = next(line for line in agent.stdout if line.startswith("waiting"))
    assert "SSLCertVerificationError" in said
    machine.kill(agent)
    assert secure_service.calls == []
