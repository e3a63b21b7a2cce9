"""The lab's network and mount namespaces: made for a command, entered by others."""

import contextlib
import ctypes
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from lab.network.port_groups import PORT_GROUPS

CLONE_NEWNET = 0x4000_0000
OWN = Path("/proc/thread-self/ns/net")
_BRIDGE = ("type", "bridge", "forward_delay", "0")


def isolated(*command: str) -> tuple[str, ...]:
    """The command in namespaces of its own, under the same process number. Takes root."""
    return ("unshare", "--net", "--mount", "--", *command)


def is_new() -> bool:
    """Whether nobody has used this network yet: even its loopback is down, a machine's never is."""
    (loopback,) = json.loads(_run("ip", "-json", "link", "show", "lo"))
    return "UP" not in loopback["flags"]


def make_bridges() -> None:
    """Inside a namespace that has nothing yet."""
    _run("ip", "link", "set", "lo", "up")
    for group in PORT_GROUPS:
        _run("ip", "link", "add", group.bridge, "address", group.mac, *_BRIDGE)
        _run("ip", "address", "add", str(group.gateway), "dev", group.bridge)
        _run("ip", "link", "set", group.bridge, "up")
    # Names of guests' namespaces then vanish with this one.
    Path("/run/netns").mkdir(exist_ok=True)
    _run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/run/netns")


@contextlib.contextmanager
def entered(pid: int) -> Iterator[None]:
    """This thread, and what it starts, is in the network of that process."""
    with OWN.open() as before, Path(f"/proc/{pid}/ns/net").open() as inside:
        _set_network(inside.fileno())
        try:
            yield
        finally:
            _set_network(before.fileno())


def _set_network(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, f"entering a network namespace: {os.strerror(number)}")


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
