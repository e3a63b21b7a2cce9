"""The demo says at once when somebody has its addresses."""

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from lab.demo_addresses import KUBERNETES_PORT, advice, first_taken

DOCUMENT = """
endpoint: {{vip: {0}.10}}
controlPlane: {{addresses: {{ranges: [{0}.11-{0}.13]}}}}
"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    file = tmp_path / "cluster.yaml"
    file.write_text(DOCUMENT.format("127.78.5"))
    return file


@pytest.mark.parametrize("address", ["127.78.5.10", "127.78.5.13"])
def test_a_taken_address_is_named(document: Path, address: str) -> None:
    assert first_taken(document) is None
    with ExitStack() as listening:
        listening.enter_context(socket.create_server((address, KUBERNETES_PORT)))
        assert first_taken(document) == address
    assert "make down" in advice(address)
    assert first_taken(document) is None
