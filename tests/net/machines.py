"""Machines of a network of their own: namespaces that live as long as one process of ours.

They have no name on this host: whoever kills the tests kills every machine with them, and nothing
is left to sweep.
"""

import json
import os
import select
import signal
import subprocess
from pathlib import Path

import pytest

needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="makes network and mount namespaces: run it as root"
)

# What a machine writes is its own; the host's files are only read. The loop is its init: a shell
# that waits reaps whatever is orphaned there.
_BOOT = """
mount -t tmpfs tmpfs /mnt
for folder in etc usr/local var; do
  mkdir -p /mnt/$folder/upper /mnt/$folder/work
  mount -t overlay overlay /$folder \
    -o lowerdir=/$folder,upperdir=/mnt/$folder/upper,workdir=/mnt/$folder/work
done
mount -t tmpfs tmpfs /run
mount -t sysfs sysfs /sys
ip link set lo up
echo ready
while sleep 10; do :; done
"""
_NAMESPACES = ("--net", "--mount", "--pid")
_ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}


class Machine:
    """Needs root. Off as soon as `power_off` is called or this process ends, however it ends."""

    def __init__(self) -> None:
        unshare = ["unshare", *_NAMESPACES, "--fork", "--kill-child", "--mount-proc"]
        self._holder = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *unshare, "sh", "-ec", _BOOT],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout
        assert self._holder.stdout.readline() == "ready\n", (
            "a machine needs namespaces and overlayfs"
        )
        children = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children")
        self.pid = int(children.read_text())
        self._init = os.pidfd_open(self.pid)
        self._started: list[subprocess.Popen[str]] = []

    def path(self, path: str) -> Path:
        """Where this process finds the machine's file."""
        return Path(f"/proc/{self.pid}/root{path}")

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(mode)

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        inside = self._inside(*command)
        return subprocess.run(
            inside, check=check, capture_output=True, text=True, timeout=30, env=_ENVIRONMENT
        )

    def start(self, *command: str, log: str) -> subprocess.Popen[str]:
        with self.path(log).open("w") as file:
            started = subprocess.Popen(
                self._inside(*command), stdout=file, stderr=file, text=True, env=_ENVIRONMENT
            )
        self._started.append(started)
        return started

    def kill(self, *pid_files: str, number: int = signal.SIGKILL) -> None:
        """Raises FileNotFoundError when a program has not written its pid."""
        pids = [self.path(file).read_text().strip() for file in pid_files]
        self.run("kill", f"-{int(number)}", *pids)

    def addresses(self) -> set[str]:
        links = json.loads(self.run("ip", "-j", "addr").stdout)
        return {one["local"] for link in links for one in link.get("addr_info", [])}

    def power_off(self) -> None:
        self._holder.kill()
        gone, _, _ = select.select([self._init], [], [], 10)
        assert gone, "its first process outlives its parent, against the kernel's word"
        os.close(self._init)
        for process in (self._holder, *self._started):
            process.communicate()

    def _inside(self, *command: str) -> list[str]:
        return ["nsenter", "--target", str(self.pid), *_NAMESPACES, "--", *command]


class Switch(Machine):
    """An L2 network: machines are plugged in, unplugged, and cut off without noticing."""

    def __init__(self) -> None:
        super().__init__()
        self.run("ip", "link", "add", "br0", "type", "bridge", "forward_delay", "0")
        self.run("ip", "link", "set", "br0", "up")

    def plug_in(self, machine: Machine, port: str, mac: str, addresses: list[str]) -> None:
        """`addresses` are CIDR texts of the machine's ens192."""
        make = f"ip link add {port} type veth peer name ens192 address {mac} netns {machine.pid}"
        # The other end's namespace is told by its pid, which only this host's /proc knows.
        subprocess.run(
            ["nsenter", "--target", str(self.pid), "--net", *make.split()],
            check=True,
            capture_output=True,
        )
        self.run("ip", "link", "set", port, "master", "br0", "up")
        for address in addresses:
            nodad = ["nodad"] if ":" in address else []
            machine.run("ip", "addr", "add", address, "dev", "ens192", *nodad)
        machine.run("ip", "link", "set", "ens192", "up")

    def pull(self, port: str) -> None:
        self.run("ip", "link", "set", port, "down")

    def put_back(self, port: str) -> None:
        self.run("ip", "link", "set", port, "up")

    def cut_off(self, port: str) -> None:
        """The machine still sees its link."""
        self.run("ip", "link", "set", port, "nomaster")

    def reconnect(self, port: str) -> None:
        self.run("ip", "link", "set", port, "master", "br0")
