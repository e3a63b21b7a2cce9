"""Answers the guests' stand-in programs."""

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path

from lab.guests.control_planes import ControlPlanes
from lab.guests.interface import GuestTools
from lab.guests.misbehaviour import KUBEADM_FAILS, Misbehaviour
from lab.guests.standin import load_balancer, program, template
from lab.guests.standin.kubeadm import Kubeadm
from lab.guests.standin.machine import Machine
from lab.guests.standin.result import ProgramFailed, Result
from lab.guests.standin.systemctl import systemctl
from provisioner.bootstrap.layout import NODE_CONFIGURATION

log = logging.getLogger(__name__)

# As the real one ends when the kubelet does not come up.
FAILURE = """\
[kubelet-check] Waiting for a healthy kubelet at http://127.0.0.1:10248/healthz
[kubelet-check] The kubelet is not healthy after 4m0s
error execution phase wait-control-plane: could not initialize a Kubernetes cluster
"""
ASKING = (
    "cloud-init",
    "containerd",
    "ip",
    "kubeadm",
    "kubelet",
    "python3",
    "systemctl",
    "vmware-rpctool",
)
# etcd is only asked for its version here: its unit starts the real one.
SILENT = ("modprobe", "sysctl", "swapoff", "etcd")


def install(folder: Path) -> Path:
    """A folder for guests' PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    source = Path(program.__file__).read_text()
    for name in ASKING:
        _write(folder / name, f"#!{sys.executable} -IS\n{source}")
    for name in SILENT:
        _write(folder / name, "#!/bin/sh\n")
    return folder


class Programs:
    def __init__(
        self, planes: ControlPlanes, misbehaviour: Misbehaviour, tools: GuestTools
    ) -> None:
        self._kubeadm = Kubeadm(planes)
        self._misbehaviour = misbehaviour
        self._tools = tools
        self._known: dict[str, Callable[[Machine, list[str]], Result]] = {
            "cloud-init": lambda *_: Result(output="/usr/bin/cloud-init 22.4.2\n"),
            "containerd": _containerd,
            "ip": _ip,
            "kubeadm": self._run_kubeadm,
            "kubelet": _kubelet,
            "python3": _python3,
            "systemctl": systemctl,
            "vmware-rpctool": self._run_rpctool,
        }

    def run(self, machine: Machine, name: str, arguments: list[str]) -> Result:
        try:
            return self._known[name](machine, arguments)
        except ProgramFailed as failure:
            log.info("%s: %s failed: %s", machine.name, name, failure)
            return Result(1, str(failure))

    def _run_kubeadm(self, machine: Machine, arguments: list[str]) -> Result:
        action = arguments[0]
        if action == "version":
            return self._kubeadm.version(machine)
        if action == "reset":
            return self._kubeadm.reset(machine)
        if self._misbehaviour.befalls(machine.name, KUBEADM_FAILS):
            raise ProgramFailed(FAILURE)
        config = Path(arguments[arguments.index("--config") + 1]).read_text()
        run = self._kubeadm.init if action == "init" else self._kubeadm.join
        return run(machine, config)

    def _run_rpctool(self, machine: Machine, arguments: list[str]) -> Result:
        verb, key, *value = arguments[0].split(" ", 2)
        if verb == "info-set":
            self._tools.publish(machine.vm.moref, {key: "".join(value)})
            return Result()
        found = machine.vm.extra_config.get(key)
        if verb != "info-get" or not found:
            raise ProgramFailed("No value found\n")
        return Result(output=f"{found}\n")


def _containerd(machine: Machine, _: list[str]) -> Result:
    template.installed(machine, "containerd")
    return Result(output=f"{template.CONTAINERD}\n")


def _kubelet(machine: Machine, _: list[str]) -> Result:
    return Result(output=f"Kubernetes v{template.installed(machine, 'kubelet')}\n")


def _python3(machine: Machine, arguments: list[str]) -> Result:
    """A member's first configuration; what else is delivered, guests run as it is."""
    if str(machine.path(NODE_CONFIGURATION)) not in arguments:
        raise ProgramFailed(f"python3: the lab's guests can't run {' '.join(arguments)}\n")
    answer = load_balancer.apply_first(machine)
    if answer["outcome"] != "applied":
        raise ProgramFailed(f"{answer['revision']} {answer['outcome']}: {answer['message']}\n")
    return Result()


def _ip(machine: Machine, _: list[str]) -> Result:
    address = {"family": "inet", "local": machine.address, "prefixlen": 16, "scope": "global"}
    return Result(output=json.dumps([{"ifname": "eth0", "addr_info": [address]}]))


def _write(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o755)
