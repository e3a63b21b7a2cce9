"""What an image's clone tells of its first boot: the delivered script itself, run here."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lab.guests.user_data import received
from provisioner.bootstrap import boot_check
from provisioner.bootstrap.boot_test import BootTest, extra_config
from provisioner.bootstrap.layout import BOOT_CHECK, BOOT_CHECK_UNIT
from provisioner.bootstrap.model import NicConfig

MAC = "00:50:56:00:00:11"
VMWARE = {"v1": {"datasource": "DataSourceVMware [seed=guestinfo]", "errors": []}}
NODE = {
    "cloud-init": "echo /usr/bin/cloud-init 24.4",
    "containerd": "echo containerd github.com/containerd/containerd 1.7.24",
    "kubeadm": "echo v1.35.4",
    "kubelet": "echo Kubernetes v1.35.4",
}


class Image:
    """A root with what the check reads, programs that answer, and the hypervisor's ear."""

    def __init__(self, folder: Path) -> None:
        self.root, self.programs, self.heard = folder / "root", folder / "bin", folder / "heard"
        self.programs.mkdir()
        self.program("vmware-rpctool", f'printf %s "$1" >{self.heard}')
        self.write("etc/os-release", 'ID=debian\nVERSION_ID="12"\n')

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def cloud_init(self, result: dict[str, Any]) -> None:
        self.write("run/cloud-init/result.json", json.dumps(result))

    def program(self, name: str, script: str) -> None:
        (self.programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.programs / name).chmod(0o755)

    def check(self) -> dict[str, Any]:
        script = [sys.executable, "-I", boot_check.__file__, "test-1", "--root", str(self.root)]
        env = {"PATH": f"{self.programs}:/usr/bin:/bin"}
        subprocess.run(script, env=env, check=True, timeout=20)
        key, _, answer = self.heard.read_text().removeprefix("info-set ").partition(" ")
        assert key == boot_check.ANSWER
        found: dict[str, Any] = json.loads(answer)
        return found


@pytest.fixture
def image(tmp_path: Path) -> Image:
    image = Image(tmp_path)
    image.cloud_init(VMWARE)
    for name, script in NODE.items():
        image.program(name, script)
    return image


def test_tells_what_is_there(image: Image) -> None:
    assert image.check() == {
        "test": "test-1",
        "ok": True,
        "problems": [],
        "os": "debian12",
        "kernel": os.uname().release,
        "cloudInit": "/usr/bin/cloud-init 24.4",
        "containerd": "containerd github.com/containerd/containerd 1.7.24",
        "kubernetes": "1.35.4",
        "kubelet": "1.35.4",
    }


def test_an_image_needs_no_kubernetes(image: Image) -> None:
    for name in NODE:
        (image.programs / name).unlink()
    answer = image.check()
    assert (answer["ok"], answer["kubernetes"]) == (True, None)


def test_finds_another_datasource_and_errors(image: Image) -> None:
    image.cloud_init({"v1": {"datasource": "DataSourceNone", "errors": ["no disk"]}})
    answer = image.check()
    assert not answer["ok"]
    assert answer["problems"] == [
        "cloud-init: no disk",
        "cloud-init read DataSourceNone, not VMware's guestinfo",
    ]


def test_finds_what_does_not_fit(image: Image) -> None:
    image.program("kubelet", "echo Kubernetes v1.34.1")
    (image.programs / "containerd").unlink()
    problems = image.check()["problems"]
    assert problems == ["kubeadm is 1.35.4, the kubelet 1.34.1", "there is no containerd"]


def test_the_clone_gets_the_check_and_a_lease() -> None:
    nics = (NicConfig(mac=MAC),)
    carried = extra_config(BootTest(node_name="a-boot-test", instance_id="test-1", nics=nics))
    got = received(carried)
    assert got.instance_id == "test-1"
    assert [(one.mac, one.address) for one in got.interfaces()] == [(MAC, None)]
    files = {file["path"]: file["content"] for file in got.user_data["write_files"]}
    assert files[BOOT_CHECK] == Path(boot_check.__file__).read_text()
    assert f"{BOOT_CHECK} test-1" in files[f"/etc/systemd/system/{BOOT_CHECK_UNIT}"]
    assert got.user_data["runcmd"][-1][-1] == BOOT_CHECK_UNIT
    assert carried[boot_check.ANSWER] == ""
