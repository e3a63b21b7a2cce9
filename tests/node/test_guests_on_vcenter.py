"""Guests follow what happens to their VMs in vCenter, and cost it little."""

import base64
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from lab.guests.control import GuestsControl
from lab.processes import Command, Process, start
from lab.vcenter import simulator
from lab.vcenter.simulator import SimulatedVCenter
from lab.waiting import wait_until
from provisioner.bootstrap.kubeadm import KubeadmBootstrapper
from provisioner.kubernetes.bootstrap_tokens import BootstrapToken
from provisioner.kubernetes.cluster_api import ClusterApi
from tests.node.hypervisor import Hypervisor
from tests.node.lab import SECONDS, floating_address, teach
from tests.node.machine import a_node
from tests.node.service import BOOTSTRAP_TOKEN, ScriptedService


@pytest.fixture(scope="module")
def vcenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedVCenter]:
    running = simulator.start(tmp_path_factory.mktemp("vcenter"))
    yield running
    running.stop()


@pytest.fixture
def hypervisor(vcenter: SimulatedVCenter) -> Iterator[Hypervisor]:
    made = Hypervisor(vcenter)
    yield made
    made.close()


class Program:
    """`python -m lab.guests`, as the lab runs it."""

    def __init__(self, folder: Path, vcenter: SimulatedVCenter) -> None:
        self.folder = folder
        self._vcenter = vcenter
        self._process: Process | None = None

    def start(self, light: bool = False) -> GuestsControl:
        ready = self.folder / "ready.json"
        config = self.folder / "config.json"
        config.write_text(json.dumps(self._config(ready, light)))
        argv = (sys.executable, "-m", "lab.guests", "--config", str(config))
        self._process = start(Command("guests", argv), self.folder)
        self._process.wait_ready(ready.exists, SECONDS)
        return GuestsControl(json.loads(ready.read_text())["control"])

    def disks(self, name: str) -> list[Path]:
        return list((self.folder / "guests").glob(f"{name}-*"))

    def stop(self) -> None:
        if self._process:
            self._process.end()

    def _config(self, ready: Path, light: bool) -> dict[str, Any]:
        password = self.folder / "password"
        password.write_text(self._vcenter.password)
        server = {
            "host": self._vcenter.host,
            "port": self._vcenter.port,
            "username": self._vcenter.username,
            "password_file": str(password),
            "thumbprint": self._vcenter.thumbprint,
        }
        folder = str(self.folder / "guests")
        return {"vcenter": server, "folder": folder, "ready_file": str(ready), "light": light}


@pytest.fixture
def program(tmp_path: Path, vcenter: SimulatedVCenter) -> Iterator[Program]:
    made = Program(tmp_path, vcenter)
    yield made
    made.stop()


@dataclass
class Vms:
    """Makes VMs that carry what the renderer made for them."""

    hypervisor: Hypervisor
    url: str
    vip: str
    made: list[str] = field(default_factory=list)

    def clone(self, name: str, **changes: Any) -> str:
        mac = f"00:50:56:10:00:{len(self.made):02x}"
        node = a_node(
            self.url,
            node_name=name,
            instance_id=name,
            endpoint={"vip": self.vip},
            nics=[{"mac": mac}],
            **changes,
        )
        self.made.append(self.hypervisor.clone(name, mac, KubeadmBootstrapper().render(node)))
        return self.made[-1]

    def worker(self, name: str) -> str:
        return self.clone(name, role="worker", node_pool="pool1")


@pytest.fixture
def vms(service: ScriptedService, hypervisor: Hypervisor) -> Iterator[Vms]:
    made = Vms(hypervisor, service.url, floating_address())
    yield made
    for vm in made.made:
        hypervisor.remove(vm)


def add_token(kubeconfig: str) -> None:
    """As an administrator, with what the master handed in."""
    config = yaml.safe_load(base64.b64decode(kubeconfig))
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    decoded = [
        base64.b64decode(value).decode()
        for value in (
            cluster["certificate-authority-data"],
            user["client-certificate-data"],
            user["client-key-data"],
        )
    ]
    token_id, _, secret = BOOTSTRAP_TOKEN.partition(".")
    token = BootstrapToken(
        token_id=token_id,
        secret=SecretStr(secret),
        expires_at=datetime.now(UTC) + timedelta(minutes=5),
        description="test",
    )
    endpoint = cluster["server"].removeprefix("https://")
    with ClusterApi([endpoint], decoded[0], decoded[1], SecretStr(decoded[2])) as api:
        api.create_bootstrap_token(token)


def test_life_of_a_vm(service: ScriptedService, vms: Vms, program: Program) -> None:
    program.start()
    service.hold("GET secrets")
    hypervisor, vm = vms.hypervisor, vms.clone("c1-cp-1")
    hypervisor.power_on(vm)
    service.wait_for("GET secrets")
    assert wait_until(lambda: hypervisor.guest(vm)[0] == "guestToolsRunning", SECONDS)
    assert str(hypervisor.guest(vm)[1]).startswith("127.77.")
    assert program.disks("c1-cp-1")
    hypervisor.remove(vm)
    assert wait_until(lambda: not program.disks("c1-cp-1"), SECONDS)


def test_guests_survive_the_end_of_their_session(
    vcenter: SimulatedVCenter, vms: Vms, service: ScriptedService, program: Program
) -> None:
    control = program.start()
    vm = vms.worker("c2-pool1-1")
    vcenter.control.end_sessions()
    vms.hypervisor.power_on(vm)
    service.wait_for("POST status")
    assert [guest["name"] for guest in control.guests()] == ["c2-pool1-1"]


def test_guests_are_told_to_misbehave(vms: Vms, service: ScriptedService, program: Program) -> None:
    control = program.start()
    control.misbehave("c5-*", "no-ip")
    first, second = vms.worker("c5-pool1-1"), vms.worker("c5-pool1-2")
    vms.hypervisor.power_on(first)
    assert wait_until(lambda: bool(control.hit()), SECONDS)
    assert control.hit() == [{"node": "c5-pool1-1", "fault": "no-ip"}]
    vms.hypervisor.power_on(second)
    service.wait_for("POST status")
    assert service.last("POST status").body["name"] == "c5-pool1-2"
    assert vms.hypervisor.guest(first)[1] is None
    control.behave()
    assert control.hit() == []


def test_many_light_workers_cost_vcenter_little(
    vcenter: SimulatedVCenter, vms: Vms, service: ScriptedService, program: Program
) -> None:
    teach(service, vms.vip)
    program.start(light=True)
    master = vms.clone("c3-cp-1")
    vms.hypervisor.power_on(master)
    service.wait_for("POST ready")
    assert wait_until(lambda: vms.hypervisor.guest(master)[1] is not None, SECONDS)
    add_token(service.last("POST ready").body["config"])
    workers = [vms.worker(f"c3-pool1-{number}") for number in range(20)]
    vcenter.control.reset_requests()
    vms.hypervisor.power_on(*workers)
    service.wait_for("POST ready", 1 + len(workers))
    assert wait_until(lambda: vms.hypervisor.guest(workers[-1])[1] is not None, SECONDS)
    requests = vcenter.control.requests()
    assert requests["ReconfigVM_Task"] <= len(workers)
    assert requests.get("WaitForUpdatesEx", 0) <= len(workers)


def test_end_of_the_program_ends_its_guests(
    vms: Vms, service: ScriptedService, program: Program
) -> None:
    program.start()
    service.hold("GET bootstrap")
    vms.hypervisor.power_on(vms.worker("c4-pool1-1"))
    service.wait_for("GET bootstrap")
    assert processes_of(program.folder)
    program.stop()
    assert wait_until(lambda: not processes_of(program.folder), SECONDS)


def processes_of(folder: Path) -> list[Path]:
    return [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(folder) in read(path)]


def read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""
