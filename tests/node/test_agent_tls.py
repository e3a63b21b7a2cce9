"""The token goes to the server that was pinned, and to nobody else."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.node.authority import SelfSigned, self_signed
from tests.node.conftest import MakeMachine
from tests.node.service import ScriptedService


@pytest.fixture
def identity() -> SelfSigned:
    return self_signed("service", "127.0.0.1")


@pytest.fixture
def secure_service(tmp_path: Path, identity: SelfSigned) -> Iterator[ScriptedService]:
    pem = tmp_path / "service.pem"
    pem.write_text(identity.certificate + identity.private_key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with ScriptedService(context) as running:
        yield running


def test_pinned_service(
    secure_service: ScriptedService, machine_of: MakeMachine, identity: SelfSigned
) -> None:
    machine = machine_of(api_url=secure_service.url, api_authority=identity.certificate)
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
