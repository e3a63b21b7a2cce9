"""OpenBao in a folder: started, initialised, unsealed and set up for the service."""

import json
import os
import socket
import subprocess
import sysconfig
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hvac
from hvac.exceptions import InvalidRequest
from requests import ConnectionError as NoConnection

from provisioner.vault.install import install, issue_credentials

SECONDS_TO_START = 30.0
SECONDS_TO_STOP = 10.0

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
    url: str
    root_token: str = field(repr=False)
    role_id: str
    secret_id: str = field(repr=False)
    process: subprocess.Popen[bytes] = field(repr=False)

    def root_client(self) -> hvac.Client:
        return hvac.Client(url=self.url, token=self.root_token)

    def stop(self) -> None:
        """Ends the server; the folder can be started again. May be repeated."""
        self.process.terminate()
        try:
            self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(folder: Path) -> OpenBao:
    """Starts the server of this folder; a folder that was stopped comes back as it was.

    The unseal key and the tokens lie in the folder, readable by its owner only: good enough
    for a lab, and for nothing else. Raises RuntimeError with the end of the log.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    memory = _Memory(folder / "keys.json")
    port, cluster_port = _free_port(memory.get("port")), _free_port(memory.get("cluster_port"))
    memory.keep(port=port, cluster_port=cluster_port)
    process = _launch(folder, port, cluster_port)
    try:
        return _prepare(process, memory, f"http://127.0.0.1:{port}")
    except BaseException as problem:
        process.kill()
        process.wait()
        log = (folder / "openbao.log").read_text()[-2000:]
        raise RuntimeError(f"OpenBao did not start: {problem}\n{log}") from problem


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


def _launch(folder: Path, port: int, cluster_port: int) -> subprocess.Popen[bytes]:
    data = folder / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    config = folder / "openbao.hcl"
    _write_private(config, _CONFIG.format(data=data, port=port, cluster_port=cluster_port))
    program = Path(sysconfig.get_path("scripts")) / "bao"
    with (folder / "openbao.log").open("wb") as log:
        return subprocess.Popen(
            [program, "server", f"-config={config}"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _prepare(process: subprocess.Popen[bytes], memory: _Memory, url: str) -> OpenBao:
    client = hvac.Client(url=url, token="")
    _wait_for(lambda: _is_up(process, client))
    if not client.sys.is_initialized():
        answer = client.sys.initialize(secret_shares=1, secret_threshold=1)
        memory.keep(root_token=answer["root_token"], unseal_key=answer["keys"][0])
    client.sys.submit_unseal_key(memory.get("unseal_key"))
    client.token = memory.get("root_token")
    _wait_for(lambda: _is_active(client))
    _wait_for(lambda: _is_installed(client))
    if not memory.get("role_id"):
        made = issue_credentials(client)
        memory.keep(role_id=made.role_id, secret_id=made.secret_id.get_secret_value())
    client.adapter.close()
    secrets = {key: memory.get(key) for key in ("root_token", "role_id", "secret_id")}
    return OpenBao(url=url, process=process, **secrets)


def _is_up(process: subprocess.Popen[bytes], client: hvac.Client) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"it ended with {process.returncode}")
    try:
        client.sys.read_health_status(method="GET")
    except NoConnection:
        return False
    return True


def _is_active(client: hvac.Client) -> bool:
    health = client.sys.read_health_status(method="GET")
    return isinstance(health, dict) and not health["standby"]


def _is_installed(client: hvac.Client) -> bool:
    try:
        install(client)
    except InvalidRequest as refusal:
        if "Upgrading from non-versioned" not in str(refusal):
            raise
        return False
    return True


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not ready after {SECONDS_TO_START:.0f} s")
        time.sleep(0.05)


def _free_port(wanted: int | None) -> int:
    """The port of the last run if nobody took it."""
    for candidate in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", candidate or 0))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise RuntimeError("no free port on 127.0.0.1")


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
