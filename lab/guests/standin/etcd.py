"""The unit etcd.service of a guest: a real etcd, at the guest's loopback address."""

import socket

from lab.etcd import start_member
from lab.guests.standin.machine import Machine
from lab.guests.standin.result import ProgramFailed
from lab.processes import NotReady
from provisioner.bootstrap.layout import ETCD_CONFIG
from provisioner.domain.etcd_clusters import CLIENT_PORT

UNIT = "etcd.service"
SECONDS_TO_SERVE = 30.0


def restart(machine: Machine) -> None:
    """Returns once it listens. Without its configuration the unit's condition keeps it down."""
    stop(machine)
    if not machine.has(ETCD_CONFIG):
        return
    started = machine.etcd = start_member(machine.root, ETCD_CONFIG)
    try:
        started.wait_ready(lambda: _listens(machine.address), SECONDS_TO_SERVE)
    except NotReady as failure:
        stop(machine)
        raise ProgramFailed(f"Job for {UNIT} failed: {failure}\n") from failure


def stop(machine: Machine) -> None:
    """As a power cut does. Stopped already: nothing."""
    if machine.etcd:
        machine.etcd.kill()
        machine.etcd = None


def _listens(address: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((address, CLIENT_PORT)) == 0
