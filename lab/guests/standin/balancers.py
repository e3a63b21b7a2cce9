"""The members of load balancers among the stand-ins: who carries which VIPs, and what they report.

HAProxy's and keepalived's parts are played from the files that the members were given.
"""

import logging
import socket
import threading
import time
from ipaddress import ip_address

from lab.guests.interface import GuestTools
from lab.guests.standin.load_balancer import serves
from lab.guests.standin.machine import Machine
from lab.guests.standin.vrrp import Election, Instance, instances
from provisioner.edge import layout
from provisioner.edge.member_status import BEAT_SECONDS, STATUS
from provisioner.edge.reports import packed
from provisioner.edge.status import GroupStatus, MemberStatus, ServerStatus

log = logging.getLogger(__name__)

# What has changed is told within this time.
EVERY_SECONDS = 1.0
CONNECT_SECONDS = 0.5


class Balancers:
    def __init__(self, tools: GuestTools) -> None:
        self._tools = tools
        self._machines: dict[str, Machine] = {}
        self._told: dict[str, MemberStatus] = {}
        self._election = Election()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def join(self, machine: Machine) -> None:
        with self._lock:
            self._machines[machine.vm.moref] = machine
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="balancers", daemon=True)
                self._thread.start()

    def leave(self, moref: str) -> None:
        """Its VIPs go to the others. None of ours: nothing."""
        with self._lock:
            self._machines.pop(moref, None)
            self._told.pop(moref, None)

    def _run(self) -> None:
        while True:
            try:
                self._look()
            except Exception:
                log.exception("the members' status is not told")
            time.sleep(EVERY_SECONDS)

    def _look(self) -> None:
        with self._lock:
            serving = {moref: one for moref, one in self._machines.items() if serves(one)}
        own = {moref: instances(one.read(layout.KEEPALIVED)) for moref, one in serving.items()}
        self._election.hold(own, time.time())
        for moref, machine in serving.items():
            self._tell(machine, self._status(machine, own[moref]))

    def _status(self, machine: Machine, own: tuple[Instance, ...]) -> MemberStatus:
        now = time.time()
        before = self._told.get(machine.vm.moref)
        servers = _servers(machine.read(layout.HAPROXY), before, now)
        return MemberStatus(
            groups=tuple(self._group(machine, instance) for instance in own),
            servers=servers,
            beat=now // BEAT_SECONDS * BEAT_SECONDS,
        )

    def _group(self, machine: Machine, instance: Instance) -> GroupStatus:
        holder = self._election.holder(instance)
        holds = holder.moref == machine.vm.moref
        return GroupStatus(
            member=instance.member,
            state="MASTER" if holds else "BACKUP",
            priority=instance.priority,
            since=holder.since,
            held=instance.vips if holds else (),
        )

    def _tell(self, machine: Machine, status: MemberStatus) -> None:
        moref = machine.vm.moref
        with self._lock:
            if moref not in self._machines or self._told.get(moref) == status:
                return
            self._told[moref] = status
        self._tools.publish(moref, {STATUS: packed(status)})


def _servers(text: str, before: MemberStatus | None, now: float) -> tuple[ServerStatus, ...]:
    known = {(one.backend, one.name): one for one in (before.servers if before else None) or ()}
    found: list[ServerStatus] = []
    answers: dict[str, tuple[str, str]] = {}
    backend = ""
    for words in map(str.split, text.splitlines()):
        if words[:1] == ["backend"]:
            backend = words[1]
        elif words[:1] == ["server"]:
            state, check = _state(words, answers)
            last = known.get((backend, words[1]))
            same = last is not None and (last.state, last.check) == (state, check)
            since = last.since if last and same else now
            found.append(
                ServerStatus(backend=backend, name=words[1], state=state, check=check, since=since)
            )
    return tuple(found)


def _state(words: list[str], answers: dict[str, tuple[str, str]]) -> tuple[str, str]:
    if "disabled" in words:
        return "MAINT", ""
    state, check = answers.setdefault(words[2], _asked(words[2]))
    drained = words[words.index("weight") + 1] == "0"
    return ("DRAIN" if drained and state != "DOWN" else state), check


def _asked(place: str) -> tuple[str, str]:
    """Only what is within the lab is asked: others' networks are none of its business."""
    address, _, port = place.partition(":")
    if not port or not ip_address(address).is_loopback:
        return "no check", ""
    with socket.socket() as probe:
        probe.settimeout(CONNECT_SECONDS)
        answers = probe.connect_ex((address, int(port))) == 0
    return ("UP", "L4OK") if answers else ("DOWN", "L4CON")
