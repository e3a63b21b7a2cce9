"""The template's containerd, configured as a node does it, pulls from a registry that asks who."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.guestos.ready import GuestOS
from lab.guests.kubernetes.certificates import Authority, server_certificate
from lab.waiting import wait_until
from tests.net.machines import Machine, needs_root
from tests.node.authority import self_signed

pytestmark = needs_root
SECONDS = 90
ADDRESS = "10.99.0.1"
USERNAME, PASSWORD = "bot", 's3cr3t "q\\uoted": €'
LOGIN = {"server": f"{ADDRESS}:5000", "username": USERNAME, "password": PASSWORD}
# As a node has it, but that the machine's own disk is an overlay, which can't hold others.
SOCKET = "/run/containerd/containerd.sock"
CONTAINERD = f"containerd --root /run/data --state /run/state --address {SOCKET}"
LOG_IN = """
import json
from provisioner.bootstrap.node.host import Host
from provisioner.bootstrap.node.registry_logins import ensure_logins
ensure_logins(Host("/"), [json.load(open("/run/login.json"))])
"""


class PullingMachine(Machine):
    """With a private registry beside it, which its containerd is to trust."""

    def __init__(self, guest_os: GuestOS) -> None:
        super().__init__()
        self._version = guest_os.release.version
        template = guest_os.rootfs
        for name in ("containerd", "kubeadm"):
            program = f'#!/bin/sh\nexec {template}/usr/bin/{name} "$@"\n'
            self.write(f"/usr/local/bin/{name}", program, 0o755)
        self.write("/usr/local/bin/systemctl", "#!/bin/sh\n", 0o755)
        self.run("ip", "addr", "add", f"{ADDRESS}/32", "dev", "lo")
        self.run("cp", "-r", f"{template}/etc/containerd", "/etc/")
        self.write("/run/login.json", json.dumps(LOGIN))
        self._serve()

    def _serve(self) -> None:
        made = self_signed("registry")
        pair = server_certificate(Authority(made.certificate, made.private_key), [ADDRESS])
        known = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        self.write("/run/registry/ca.crt", made.certificate)
        self.write("/run/registry/server.crt", pair.certificate)
        self.write("/run/registry/server.key", pair.private_key)
        self.write("/run/registry/authorization", f"Basic {known}")
        program = str(Path(__file__).with_name("private_registry.py"))
        self.start(sys.executable, program, "/run/registry", ADDRESS, log="/run/registry.log")
        assert wait_until(self.path("/run/registry/serving").exists, SECONDS)

    def log_in(self) -> None:
        self.run(sys.executable, "-c", LOG_IN)

    def start_containerd(self) -> None:
        trusting = "SSL_CERT_FILE=/run/registry/ca.crt"
        self.start("env", trusting, *CONTAINERD.split(), log="/run/containerd.log")
        assert wait_until(self.path(SOCKET).exists, SECONDS)

    def pull(self) -> subprocess.CompletedProcess[str]:
        """As `kubeadm init` does, of all images that it needs."""
        images = ("--image-repository", f"{LOGIN['server']}/mirror")
        runtime = ("--cri-socket", f"unix://{SOCKET}", "--kubernetes-version", self._version)
        return self.run("kubeadm", "config", "images", "pull", *images, *runtime, check=False)


@pytest.fixture
def machine(guest_os: GuestOS) -> Iterator[PullingMachine]:
    made = PullingMachine(guest_os)
    yield made
    made.power_off()


def test_kubeadm_pulls_all_its_images_with_the_login(machine: PullingMachine) -> None:
    machine.log_in()
    machine.start_containerd()
    pulled = machine.pull()
    assert pulled.returncode == 0, pulled.stderr
    assert f"{LOGIN['server']}/mirror/kube-apiserver" in pulled.stdout
    assert "s3cr3t" not in machine.path("/run/containerd.log").read_text()


def test_nobody_else_may_read_there(machine: PullingMachine) -> None:
    machine.start_containerd()
    refused = machine.pull()
    assert refused.returncode != 0
    assert "401" in refused.stderr
