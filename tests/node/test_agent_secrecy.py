"""What a node must not tell anybody."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.waiting import wait_until
from tests.node.machine import NODE_TOKEN, Machine
from tests.node.service import (
    ANSWER_SECONDS,
    BOOTSTRAP_TOKEN,
    CERTIFICATES,
    ENCRYPTION_KEY,
    Reply,
    ScriptedService,
)

KEYS = [CERTIFICATES[name] for name in CERTIFICATES if name.endswith("Key")]
SECRETS = [NODE_TOKEN, BOOTSTRAP_TOKEN, ENCRYPTION_KEY, *KEYS]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def files_with_secrets(machine: Machine) -> Iterator[Path]:
    for path in machine.root.rglob("*"):
        if path.is_file() and any(secret in path.read_text() for secret in SECRETS):
            yield path


def test_nothing_secret_is_said(service: ScriptedService, master: Machine) -> None:
    service.replies["POST leader"] = [Reply(409, {})]
    (master.folder / "fail").write_text("\n".join(SECRETS))
    said = master.run().output
    said += "\n".join(master.calls())
    said += "".join(str(call.body) for call in service.calls)
    said += master.path("/var/lib/pke-provisioner/failed").read_text()
    assert "kubeadm" in said
    lines = {line for secret in SECRETS for line in secret.splitlines() if "-----" not in line}
    assert not [line for line in lines if line in said]


def test_nothing_secret_on_any_command_line(service: ScriptedService, worker: Machine) -> None:
    (worker.folder / "hold").touch()
    agent = worker.start()
    assert wait_until((worker.folder / "running").exists, ANSWER_SECONDS)
    group = [path for path in Path("/proc").glob("[0-9]*") if belongs(path, agent.pid)]
    assert len(group) >= 2
    for process in group:
        seen = text(process / "cmdline") + text(process / "environ")
        assert not [secret for secret in SECRETS if secret in seen]


def belongs(process: Path, group: int) -> bool:
    fields = text(process / "stat").rpartition(")")[2].split()
    return len(fields) > 2 and fields[2] == str(group)


def text(file: Path) -> str:
    """Empty when the process has ended meanwhile."""
    try:
        return file.read_text()
    except OSError:
        return ""


def test_files_with_secrets_are_private(service: ScriptedService, master: Machine) -> None:
    master.run()
    private = list(files_with_secrets(master))
    assert len(private) == len(KEYS) + len(["encryption", "agent.json"])
    assert {mode(path) for path in private} == {0o600}


def test_join_token_does_not_stay(service: ScriptedService, worker: Machine) -> None:
    worker.run()
    assert not worker.path("/etc/pke-provisioner/kubeadm.yaml").exists()
    assert not worker.path("/etc/pke-provisioner/discovery.conf").exists()


def test_kubeadm_input_is_private_while_it_is_needed(
    service: ScriptedService, worker: Machine
) -> None:
    (worker.folder / "fail").write_text("no\n")
    worker.run()
    for name in ("kubeadm.yaml", "discovery.conf"):
        assert mode(worker.path(f"/etc/pke-provisioner/{name}")) == 0o600
    assert mode(worker.path("/var/log/pke-provisioner/programs.log")) == 0o600


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/etc/kubernetes/pki/ca.crt", 0o644),
        ("/etc/kubernetes/pki/ca.key", 0o600),
        ("/etc/kubernetes/pki/etcd/ca.crt", 0o644),
        ("/etc/kubernetes/pki/etcd/ca.key", 0o600),
        ("/etc/kubernetes/pki/front-proxy-ca.crt", 0o644),
        ("/etc/kubernetes/pki/front-proxy-ca.key", 0o600),
        ("/etc/kubernetes/pki/sa.pub", 0o644),
        ("/etc/kubernetes/pki/sa.key", 0o600),
        ("/etc/kubernetes/encryption-provider-config.yaml", 0o600),
        ("/etc/keepalived/keepalived.conf", 0o640),
        ("/var/lib/pke-provisioner/ready", 0o600),
    ],
)
def test_modes(completed_master: Machine, path: str, expected: int) -> None:
    assert mode(completed_master.path(path)) == expected


def test_certificates_are_written_as_they_came(completed_master: Machine) -> None:
    key = completed_master.path("/etc/kubernetes/pki/front-proxy-ca.key")
    assert key.read_text() == CERTIFICATES["frontProxyCaKey"]
    encryption = completed_master.path("/etc/kubernetes/encryption-provider-config.yaml")
    assert ENCRYPTION_KEY in encryption.read_text()
