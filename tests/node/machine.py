"""A machine that got what the renderer made: its files below a folder, its programs in shell."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.guests.user_data import received
from provisioner.bootstrap.bootstrapper import ChosenBootstrapper
from provisioner.bootstrap.layout import AGENT, STATE
from provisioner.bootstrap.model import NicConfig, NodeBootstrap
from provisioner.domain.spec.cluster import Kubernetes
from provisioner.domain.spec.endpoint import Endpoint
from tests.node.service import ANSWER_SECONDS, CLUSTER, ORGANISATION

MAC = "00:50:56:00:00:01"
NODE_TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJub2RlOjEifQ.c2lnbmF0dXJl"
ADMIN_CONFIG = "apiVersion: v1\nkind: Config\n# the administrator's\n"

PROGRAMS = {
    "kubeadm": """
case $1 in
version) echo v1.35.1 ;;
reset) rm -rf $root/etc/kubernetes ;;
*)
  cp $3 $here/$1.yaml
  [ "$1" = init ] || cp $root/etc/pke-provisioner/discovery.conf $here/
  touch $here/running
  while [ -e $here/hold ]; do sleep 0.02; done
  [ ! -e $here/fail ] || { cat $here/fail; exit 1; }
  mkdir -p $root/etc/kubernetes; printf '%s' "$ADMIN_CONFIG" > $root/etc/kubernetes/admin.conf ;;
esac""",
    "pke": """
echo "$HTTP_PROXY" > $here/proxy
[ ! -e $here/fail ] || { cat $here/fail; exit 1; }""",
    "ip": """cat $here/addresses""",
    "modprobe": "exit 1",
    "sysctl": "",
    "swapoff": "",
    "systemctl": "",
}


def a_node(url: str = "http://127.0.0.1:9", **changes: Any) -> NodeBootstrap:
    usual: dict[str, Any] = {
        "node_name": "c1-control-plane-a1b2c",
        "cluster_name": "c1",
        "role": "master",
        "node_pool": "control-plane",
        "instance_id": "5f0c9b1e",
        "org_number": ORGANISATION,
        "cluster_number": CLUSTER,
        "api_url": url,
        "token": NODE_TOKEN,
        "poll_seconds": 0.02,
        "kubernetes": Kubernetes(version="1.35.1"),
        "endpoint": Endpoint(vip="10.0.0.100"),
        "nics": (NicConfig(mac=MAC, address="10.0.0.11/24"),),
    }
    return NodeBootstrap(**(usual | changes))


def user_data(node: NodeBootstrap) -> dict[str, Any]:
    return received(ChosenBootstrapper().render(node)).user_data


@dataclass(frozen=True)
class Ended:
    code: int
    output: str


class Machine:
    def __init__(self, folder: Path, node: NodeBootstrap) -> None:
        self.root = folder / "root"
        self.folder = folder
        self._write_files(user_data(node)["write_files"])
        self.write("/sys/class/net/lo/address", "00:00:00:00:00:00\n")
        self.write("/sys/class/net/ens192/address", MAC + "\n")
        for name, script in PROGRAMS.items():
            self.install(name, script)
        self._agents: list[subprocess.Popen[str]] = []

    def path(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def write(self, path: str, text: str) -> None:
        self.path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path(path).write_text(text)

    def calls(self) -> list[str]:
        """What programs were run with, in order."""
        log = self.folder / "calls"
        return log.read_text().splitlines() if log.exists() else []

    def start(self) -> subprocess.Popen[str]:
        agent = subprocess.Popen(
            [sys.executable, "-I", str(self.path(AGENT)), "--root", str(self.root)],
            env={"PATH": f"{self.folder / 'bin'}:/usr/bin:/bin", "ADMIN_CONFIG": ADMIN_CONFIG},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
        )
        self._agents.append(agent)
        return agent

    def finish(self, agent: subprocess.Popen[str]) -> Ended:
        output, _ = agent.communicate(timeout=ANSWER_SECONDS)
        return Ended(agent.returncode, output)

    def run(self) -> Ended:
        return self.finish(self.start())

    def kill(self, agent: subprocess.Popen[str]) -> None:
        """As a power cut does: the agent and whatever it started, at once."""
        os.killpg(agent.pid, signal.SIGKILL)
        agent.communicate()

    def has(self, marker: str) -> bool:
        return self.path(f"{STATE}/{marker}").exists()

    def stop(self) -> None:
        for agent in self._agents:
            if agent.poll() is None:
                self.kill(agent)

    def _write_files(self, files: list[dict[str, str]]) -> None:
        for file in files:
            self.write(file["path"], file["content"])
            self.path(file["path"]).chmod(int(file["permissions"], 8))

    def install(self, name: str, script: str) -> None:
        program = self.folder / "bin" / name
        program.parent.mkdir(exist_ok=True)
        head = f'#!/bin/sh\nroot={self.root} here={self.folder}\necho "{name} $*" >> $here/calls\n'
        program.write_text(head + script + "\n")
        program.chmod(0o755)
