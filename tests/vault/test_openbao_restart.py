"""The lab's OpenBao: a folder that was stopped, or lost its power, comes back as it was."""

import json
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lab.openbao import OpenBao, start
from lab.ports import free_port
from provisioner.domain.ids import ResourceId
from provisioner.vault.access import VaultAccess
from provisioner.vault.vault import Vault

CLUSTER = ResourceId("00000000-0000-0000-0000-000000000001")
Start = Callable[[], OpenBao]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all tests here: each starts what the one before it left."""
    return tmp_path_factory.mktemp("restarted") / "bao"


@pytest.fixture
def started(folder: Path) -> Iterator[Start]:
    with ExitStack() as running:

        def start_here() -> OpenBao:
            server = start(folder)
            running.callback(server.stop)
            return server

        yield start_here


def test_a_folder_comes_back_with_all_it_held(started: Start):
    first = started()
    vault = Vault(VaultAccess(url=first.url, role_id=first.role_id, secret_id=first.secret_id))
    vault.ensure_cluster_authorities(CLUSTER, "demo")
    before = vault.cluster_certificates(CLUSTER)
    first.process.kill()

    second = started()

    assert (second.url, second.role_id) == (first.url, first.role_id)
    assert vault.cluster_certificates(CLUSTER) == before
    vault.close()


def test_it_takes_other_ports_if_its_own_are_gone(started: Start, folder: Path):
    first = started()
    first.stop()
    memory = folder / "keys.json"
    ports = {"port": free_port(), "cluster_port": free_port()}
    memory.write_text(json.dumps(json.loads(memory.read_text()) | ports))

    second = started()

    assert second.url == f"http://127.0.0.1:{ports['port']}"
    client = second.root_client()
    assert client.is_authenticated()
    client.adapter.close()


def test_keys_and_configuration_are_for_the_owner_only(started: Start, folder: Path):
    started()
    for name in ("keys.json", "openbao.hcl"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "data").stat().st_mode) == 0o700
