"""Questions and live pictures, on a terminal."""

import hashlib
import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.cli.conftest import TOKEN, kept_environment
from tests.cli.documents import CLUSTER_ID, OPERATION_ID, cluster, event, node, operation, succeeded
from tests.cli.scripted import Script, ScriptedApi
from tests.cli.terminal import run_on_terminal
from tests.cli.test_vcenters import ADDED, WHERE


@pytest.fixture
def given(server: ScriptedApi) -> dict[str, str]:
    return {"PKECTL_URL": server.url, "PKECTL_TOKEN": TOKEN}


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-made certificate with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "vc")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    file = tmp_path / "vc.pem"
    file.write_bytes(pem + key.private_bytes(*_PLAIN))
    return file


_PLAIN = (
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
)


@pytest.fixture
def tls_port(certificate: Path) -> Iterator[int]:
    """Greets whoever connects, and no more."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))

    def greet() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            with plain, context.wrap_socket(plain, server_side=True):
                pass

    thread = threading.Thread(target=greet)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_an_unknown_certificate_is_shown_and_confirmed(
    script: Script, given: dict[str, str], tmp_path: Path, tls_port: int, certificate: Path
) -> None:
    script.on("POST /vcenters", (201, ADDED))
    command = ("vcenter", "add", "lab", *WHERE, "--port", str(tls_port))
    answers = {"[y/N]": "y", "pke@vsphere.local at 127.0.0.1: ": "a secret"}
    ran = run_on_terminal(tmp_path, given, command, answers)
    der = ssl.PEM_cert_to_DER_cert(certificate.read_text().split("-----BEGIN PRIVATE")[0])
    expected = hashlib.sha256(der).hexdigest().upper()
    assert ran.code == 0, ran.out
    assert expected in ran.out.replace(":", "")
    assert "a secret" not in ran.out
    assert script.last("POST").body["password"] == "a secret"
    assert script.last("POST").body["thumbprint"].replace(":", "") == expected


def test_a_certificate_that_is_not_confirmed_ends_it(
    script: Script, given: dict[str, str], tmp_path: Path, tls_port: int
) -> None:
    command = ("vcenter", "add", "lab", *WHERE, "--port", str(tls_port))
    ran = run_on_terminal(tmp_path, given, command, {"[y/N]": "n"})
    assert ran.code == 1
    assert script.asked == []


def test_a_deletion_is_asked_about(script: Script, given: dict[str, str], tmp_path: Path) -> None:
    ran = run_on_terminal(tmp_path, given, ("cluster", "delete", "demo"), {"[y/N]": "n"})
    assert ran.code == 1
    assert script.asked == []


def test_watch_draws_steps_nodes_and_events(
    script: Script, given: dict[str, str], tmp_path: Path
) -> None:
    script.on("GET /clusters/demo", (200, cluster()))
    script.on(f"GET /clusters/{CLUSTER_ID}", (200, cluster()))
    nodes = [node(f"demo-workers-{number}") for number in range(20)]
    script.on(f"GET /clusters/{CLUSTER_ID}/nodes", (200, {"items": nodes}))
    events = [(200, {"items": [event(1, "cloned")]}), (200, {"items": []})]
    script.on(f"GET /clusters/{CLUSTER_ID}/events", *events)
    looks = [(200, operation()), (200, operation()), (200, succeeded())]
    script.on(f"GET /operations/{OPERATION_ID}", *looks)
    ran = run_on_terminal(tmp_path, given | {"LINES": "40"}, ("cluster", "watch", "demo"), {})
    assert ran.code == 0
    for text in ("control-plane", "10%", "demo-workers-0", "... and 8 more", "cloned"):
        assert text in ran.out


def test_names_and_addresses_stay_whole_on_a_narrow_terminal(
    script: Script, given: dict[str, str], tmp_path: Path
) -> None:
    vm = {"moref": "vm-12", "instanceUuid": "x", "powerState": "poweredOn"}
    name, address = "production-control-plane-x7k2p", "10.0.0.121"
    found = [node(name, address=address, vm=vm, failure="no space left on the datastore " * 5)]
    script.on("GET /clusters/demo/nodes", (200, {"items": found}))
    narrow = given | {"COLUMNS": "80"}
    ran = run_on_terminal(tmp_path, narrow, ("cluster", "nodes", "demo"), {})
    assert name in ran.out
    assert address in ran.out
    assert "POWER" not in ran.out
    assert max(map(len, re.sub(r"\x1b\[[0-9;]*m", "", ran.out).splitlines())) <= 80


def test_ctrl_c_while_it_loads_ends_it_quietly(tmp_path: Path) -> None:
    begin = "import signal, sys; sys.meta_path.insert(0, type('', (), {'find_spec': "
    stop = "staticmethod(lambda name, *_: signal.raise_signal(2) if name == 'typer' else None)})); "
    program = begin + stop + "from api.cli.main import main; main()"
    done = subprocess.run(
        (sys.executable, "-c", program),
        env=kept_environment(tmp_path),
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
