"""One cluster of stand-in guests, with a scripted service that knows its authority."""

import itertools
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lab.guests.control_api import ControlApi
from lab.guests.control_planes import ControlPlanes
from lab.guests.interface import GuestNic, GuestVM
from lab.guests.kubernetes_api import InMemoryCluster
from lab.guests.leases import Leases
from lab.guests.misbehaviour import Misbehaviour, Rule
from lab.guests.standin.balancers import Balancers
from lab.guests.standin.guest import Surroundings
from lab.guests.standin.programs import install
from lab.guests.standin.runner import StandInRunner
from lab.waiting import wait_until
from provisioner.bootstrap import keepalived
from provisioner.bootstrap.kubeadm import KubeadmBootstrapper
from tests.node.authority import self_signed
from tests.node.machine import a_node
from tests.node.service import BOOTSTRAP_TOKEN, JOIN, Reply, ScriptedService, certificates
from tests.node.service import CERTIFICATES as PLACEHOLDERS

SECONDS = 90.0
_numbers = itertools.count(1)


def floating_address() -> str:
    """Of no other test, in whatever process it runs."""
    return f"127.77.{os.getpid() % 128}.{next(_numbers) % 254 + 1}"


def teach(service: ScriptedService, vip: str) -> str:
    """Gives the service a cluster to tell its nodes of; returns the authority's certificate."""
    authority = self_signed("kubernetes")
    etcd = self_signed("etcd")
    keys = {"kubernetesCaCert": authority.certificate, "kubernetesCaKey": authority.private_key}
    keys |= {"etcdCaCert": etcd.certificate, "etcdCaKey": etcd.private_key}
    service.replies["GET secrets"] = [certificates(PLACEHOLDERS | keys)]
    joining = {"masterAddress": f"{vip}:6443", "certificateAuthority": authority.certificate}
    service.replies["GET bootstrap"] = [Reply(200, JOIN | joining)]
    config = keepalived.KeepalivedConfig(
        router_id="c1",
        interface="eth0",
        source="127.77.0.1",
        peers=(),
        vip=vip,
        virtual_router_id=1,
        priority=100,
    )
    service.replies["GET keepalived"] = [Reply(text=keepalived.render(config))]
    return authority.certificate


class ReportedTools:
    """GuestTools that remembers."""

    def __init__(self) -> None:
        self.addresses: dict[str, str] = {}
        self.published: dict[str, Mapping[str, str]] = {}

    def publish(self, moref: str, values: Mapping[str, str]) -> None:
        self.published[moref] = values

    def report(self, moref: str, address: str) -> None:
        self.addresses[moref] = address

    def fall_silent(self, moref: str) -> None:
        self.addresses.pop(moref, None)

    def report_nics(self, moref: str, addresses: Mapping[str, tuple[str, ...]]) -> None: ...

    def power_off(self, moref: str) -> None:
        self.fall_silent(moref)


@dataclass
class LabCluster:
    service: ScriptedService
    runner: StandInRunner
    around: Surroundings
    tools: ReportedTools
    misbehaviour: Misbehaviour
    folder: Path
    vip: str = field(default_factory=floating_address)

    def __post_init__(self) -> None:
        self.authority = teach(self.service, self.vip)

    @property
    def cluster(self) -> InMemoryCluster:
        plane = self.around.planes.find(self.authority)
        assert plane
        return plane.cluster

    @property
    def holder(self) -> str:
        plane = self.around.planes.find(self.authority)
        return plane.holder if plane else ""

    def vm(self, name: str, address: str | None = None, **changes: Any) -> GuestVM:
        number = next(_numbers)
        mac = f"00:50:56:00:{number // 256:02x}:{number % 256:02x}"
        usual: dict[str, Any] = {
            "node_name": name,
            "instance_id": name,
            "endpoint": {"vip": self.vip},
            "nics": [{"mac": mac, "address": address}],
            "poll_seconds": 0.05,
        }
        node = a_node(self.service.url, **(usual | changes))
        rendered = KubeadmBootstrapper().render(node)
        nics = (GuestNic(mac, "nodes"),)
        return GuestVM(f"vm-{number}", name, f"uuid-{number}", nics, rendered)

    def worker(self, name: str, **changes: Any) -> GuestVM:
        return self.vm(name, role="worker", node_pool="pool1", **changes)

    def power_on_until_ready(self, vm: GuestVM) -> None:
        before = self.service.names().count("POST ready")
        self.runner.power_on(vm)
        self.service.wait_for("POST ready", before + 1)

    def state(self, vm: GuestVM) -> str:
        states = {guest["moref"]: guest["state"] for guest in self.runner.guests()}
        return states.get(vm.moref, "gone")

    def wait_for_state(self, vm: GuestVM, state: str) -> None:
        assert wait_until(lambda: self.state(vm) == state, SECONDS), self.state(vm)

    def let_join(self) -> None:
        """The cluster accepts the token that the service hands out."""
        expires_at = datetime.now(UTC) + timedelta(minutes=5)
        self.cluster.add_bootstrap_token(BOOTSTRAP_TOKEN, expires_at)

    def break_node(self, match: str, fault: str) -> None:
        self.misbehaviour.add(Rule(match, fault))


@contextmanager
def lab_cluster(folder: Path, service: ScriptedService) -> Iterator[LabCluster]:
    misbehaviour, tools = Misbehaviour(), ReportedTools()
    control = ControlApi(misbehaviour)
    around = Surroundings(
        tools=tools,
        leases=Leases(),
        planes=ControlPlanes(),
        balancers=Balancers(tools),
        misbehaviour=misbehaviour,
        programs=install(folder / "bin"),
        control=control.address,
    )
    runner = StandInRunner(folder, around)
    control.shown = control.programs = runner
    control.start()
    try:
        yield LabCluster(service, runner, around, tools, misbehaviour, folder)
    finally:
        runner.close()
        control.stop()
