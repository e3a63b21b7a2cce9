"""A guest's disk and what its programs may know of it."""

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.guests.interface import GuestVM
from lab.processes import Process
from provisioner.bootstrap.layout import AGENT_CONFIG, STATE

KEEPALIVED_CONFIG = "/etc/keepalived/keepalived.conf"
ENABLED = "/etc/systemd/system/multi-user.target.wants"
INSTANCE = "/var/lib/cloud/data/instance-id"


@dataclass
class Machine:
    """`folder` survives power cycles, the rest is as of now. Paths are those of the guest.

    Programs run one at a time and only while it is `on`: `lock` says so.
    """

    vm: GuestVM
    folder: Path
    address: str = ""
    floats: bool = False
    state: str = "off"
    on: bool = False
    etcd: Process | None = None
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def name(self) -> str:
        return str(self.config.get("node", {}).get("name", self.vm.name))

    @property
    def config(self) -> dict[str, Any]:
        """The agent's."""
        if not self.has(AGENT_CONFIG):
            return {}
        config: dict[str, Any] = json.loads(self.read(AGENT_CONFIG))
        return config

    def path(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def has(self, path: str) -> bool:
        return self.path(path).exists()

    def read(self, path: str) -> str:
        return self.path(path).read_text()

    def write(self, path: str, text: str, permissions: int = 0o644) -> None:
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch(mode=permissions)
        target.write_text(text)

    @property
    def is_joined(self) -> bool:
        return self.has(f"{STATE}/kubeadm-done")
