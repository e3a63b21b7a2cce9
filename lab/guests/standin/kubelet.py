"""The kubelet, and on masters the API server it runs: from what kubeadm left on the disk."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from lab.guests.control_planes import ControlPlane, ControlPlanes, Member
from lab.guests.kubernetes.signing import request_serving_certificate
from lab.guests.standin import pki
from lab.guests.standin.machine import Machine
from lab.guests.standin.systemctl import floating_address

REGISTRATION = "/var/lib/kubelet/registration.json"
AUTHORITY = "/var/lib/kubelet/ca.crt"


@dataclass(frozen=True)
class Registration:
    """How the node presents itself to its cluster. `port` is None on workers."""

    name: str
    address: str
    version: str
    endpoint: str
    port: int | None = None
    labels: dict[str, str] = field(default_factory=dict)
    taints: list[dict[str, str]] = field(default_factory=list)

    def save(self, machine: Machine, authority: str) -> None:
        machine.write(REGISTRATION, json.dumps(asdict(self)))
        machine.write(AUTHORITY, authority)


def start(machine: Machine, planes: ControlPlanes) -> ControlPlane | None:
    """Serves the API on masters, then registers the node. None if it never joined a cluster."""
    if not machine.has(REGISTRATION):
        return None
    known: dict[str, Any] = json.loads(machine.read(REGISTRATION))
    node = Registration(**known)
    plane = planes.ensure(machine.read(AUTHORITY), node.version)
    if node.port is not None:
        floating = floating_address(machine, node.endpoint)
        tls = pki.serving_tls(machine)
        etcd = pki.etcd_tls(machine, node.address)
        plane.open(Member(node.name, node.address, node.port, floating, tls, etcd))
    plane.cluster.add_node(node.name, [node.address], node.labels, node.taints)
    request_serving_certificate(plane.cluster.objects, node.name, [node.address])
    return plane


def stop(machine: Machine, planes: ControlPlanes) -> None:
    """The API server's connections are cut, and the node is no longer Ready."""
    plane = _plane(machine, planes)
    if plane:
        plane.close(machine.name)
        if machine.name in plane.cluster.node_names():
            plane.cluster.set_ready(machine.name, False)


def forget(machine: Machine, planes: ControlPlanes) -> None:
    """Its disk is gone, and with it a master's part of the cluster's state."""
    stop(machine, planes)
    if machine.has(AUTHORITY):
        planes.forget(machine.read(AUTHORITY), machine.name)


def _plane(machine: Machine, planes: ControlPlanes) -> ControlPlane | None:
    return planes.find(machine.read(AUTHORITY)) if machine.has(AUTHORITY) else None
