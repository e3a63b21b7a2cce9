"""OpenBao in a folder: started, initialised, unsealed and set up for the service."""

import json
import os
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hvac
from requests import RequestException

from lab.ports import free_port
from lab.processes import Command, NotReady, Process, start_ready
from lab.waiting import wait_until
from provisioner.vault.install import install, issue_credentials

PROGRAM = Path(sys.executable).with_name("bao")
HOST = "127.0.0.1"
READY_SECONDS = 30.0

# Raft is the storage in files that OpenBao still has; alone and this eager it is up in two seconds.
_CONFIG = """\
storage "raft" {{
  path                   = "{data}"
  node_id                = "lab"
  performance_multiplier = 1
}}
listener "tcp" {{
  address     = "127.0.0.1:{port}"
  tls_disable = true
}}
api_addr     = "http://127.0.0.1:{port}"
cluster_addr = "http://127.0.0.1:{cluster_port}"
"""


@dataclass(frozen=True)
class OpenBao:
    """`root_token` is for set-up and for looking; the service logs in by the AppRole."""

    url: str
    root_token: str = field(repr=False)
    role_id: str
    secret_id: str = field(repr=False)
    process: Process = field(repr=False)

    def root_client(self) -> hvac.Client:
        return hvac.Client(url=self.url, token=self.root_token)

    def stop(self) -> None:
        """Ends the server; its folder can be started again. May be repeated."""
        self.process.end()


def start(folder: Path, logs: Path | None = None) -> OpenBao:
    """Returns when the service can log in. A folder used before comes back as it was, at the
    same port unless somebody took it.

    The unseal key and the tokens lie in the folder, readable by its owner only: good enough for
    a lab, and for nothing else. Raises NotReady.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    memory = _Memory(folder / "keys.json")
    port, cluster_port = _port(memory.get("port")), _port(memory.get("cluster_port"))
    memory.keep(port=port, cluster_port=cluster_port)
    command = Command("openbao", (str(PROGRAM), "server", f"-config={_configure(folder, memory)}"))
    client = hvac.Client(url=f"http://{HOST}:{port}", token="")
    process = start_ready(command, logs or folder, lambda: _answers(client), READY_SECONDS)
    try:
        _unseal(client, memory)
        _set_up(client, memory)
    except BaseException:
        process.kill()
        raise
    finally:
        client.adapter.close()
    known = {key: memory.get(key) for key in ("root_token", "role_id", "secret_id")}
    return OpenBao(url=client.url, process=process, **known)


class _Memory:
    """What must survive a restart, in one private file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}

    def get(self, key: str) -> Any:
        return self._known.get(key)

    def keep(self, **facts: Any) -> None:
        self._known |= facts
        _write_private(self._path, json.dumps(self._known))


def _configure(folder: Path, memory: _Memory) -> Path:
    data = folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    config = folder / "openbao.hcl"
    ports = {key: memory.get(key) for key in ("port", "cluster_port")}
    _write_private(config, _CONFIG.format(data=data.absolute(), **ports))
    return config


def _answers(client: hvac.Client) -> bool:
    try:
        client.sys.read_health_status(method="GET")
    except RequestException:
        return False
    return True


def _unseal(client: hvac.Client, memory: _Memory) -> None:
    if not client.sys.is_initialized():
        answer = client.sys.initialize(secret_shares=1, secret_threshold=1)
        memory.keep(root_token=answer["root_token"], unseal_key=answer["keys"][0])
    client.sys.submit_unseal_key(memory.get("unseal_key"))
    client.token = memory.get("root_token")
    if not wait_until(lambda: _is_active(client), READY_SECONDS):
        raise NotReady(f"OpenBao is not active {READY_SECONDS:g} s after it was unsealed")


def _is_active(client: hvac.Client) -> bool:
    health = client.sys.read_health_status(method="GET")
    return isinstance(health, dict) and not health["standby"]


def _set_up(client: hvac.Client, memory: _Memory) -> None:
    install(client)
    if not memory.get("role_id"):
        made = issue_credentials(client)
        memory.keep(role_id=made.role_id, secret_id=made.secret_id.get_secret_value())


def _port(wanted: int | None) -> int:
    """That of the last run, or another one if there was none or somebody listens there now."""
    return free_port() if wanted is None or _is_taken(wanted) else wanted


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
