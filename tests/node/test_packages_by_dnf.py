"""What dnf is asked for and given. No guest of its kind runs here: a program notes its calls."""

import os
from pathlib import Path

import pytest

from provisioner.bootstrap.node.host import Host
from provisioner.bootstrap.node.waiting import Allowance
from provisioner.bootstrap.node.yum import Yum

LISTED = """\
Available Packages
kubeadm.x86_64    1.35.1-150500.1.1    pke-kubernetes
kubeadm.x86_64    1.35.2-150500.1.1    pke-kubernetes
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "bin/dnf"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho \"$*\" >> {tmp_path}/calls\ncat <<'END'\n{LISTED}END\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return tmp_path / "calls"


def dnf(root: Path, mirror: str | None = None) -> Yum:
    return Yum(Host(str(root)), {"mirror": mirror, "environment": {}}, Allowance(60))


def test_the_repository_is_signed_and_kept_from_upgrades(tmp_path: Path) -> None:
    dnf(tmp_path).add_repository("https://pkgs.example/rpm/", "KEY\n")
    text = (tmp_path / "etc/yum.repos.d/pke-provisioner.repo").read_text()
    key = "/etc/pki/rpm-gpg/RPM-GPG-KEY-pke-provisioner"
    lines = text.splitlines()
    assert "baseurl=https://pkgs.example/rpm/" in lines
    assert {"gpgcheck=1", f"gpgkey=file://{key}"} <= set(lines)
    assert "exclude=kubelet kubeadm kubectl cri-tools kubernetes-cni" in lines
    assert (tmp_path / key.lstrip("/")).read_text() == "KEY\n"


def test_versions_are_listed_newest_first(tmp_path: Path, calls: Path) -> None:
    assert dnf(tmp_path).versions("kubeadm") == ["1.35.2-150500.1.1", "1.35.1-150500.1.1"]


def test_exact_versions_are_installed_with_the_rest(tmp_path: Path, calls: Path) -> None:
    dnf(tmp_path).install(["containerd"], {"kubelet": "1.35.1-150500.1.1"})
    asked = "-y --disableexcludes=pke-kubernetes install kubelet-1.35.1-150500.1.1 containerd"
    assert calls.read_text().splitlines() == [asked]


def test_with_a_mirror_nobody_else_is_asked(tmp_path: Path, calls: Path) -> None:
    mirrored = dnf(tmp_path, "https://mirror.example/os/")
    mirrored.add_repository("https://pkgs.example/rpm/", "KEY\n")
    mirrored.refresh()
    assert "--disablerepo=* --enablerepo=pke-* makecache" in calls.read_text()
    text = (tmp_path / "etc/yum.repos.d/pke-provisioner.repo").read_text()
    assert "[pke-mirror]" in text
    assert "baseurl=https://mirror.example/os/" in text


def test_a_mirror_is_signed_as_the_images_own_repositories_are(tmp_path: Path, calls: Path) -> None:
    """rpm trusts a distribution's key only once a repository has named it."""
    own = tmp_path / "etc/yum.repos.d/rocky.repo"
    own.parent.mkdir(parents=True)
    base, testing = "file:///etc/pki/rpm-gpg/KEY-$releasever", "file:///etc/pki/rpm-gpg/TESTING"
    own.write_text(
        f"[base]\nname=x\nenabled=1\ngpgkey={base}\n[test]\nenabled=0\ngpgkey={testing}\n"
        f"[extra]\ngpgkey={base}\n"
    )
    mirrored = dnf(tmp_path, "https://mirror.example/os/")
    for _ in range(2):
        mirrored.add_repository("https://pkgs.example/rpm/", "KEY\n")
    text = (tmp_path / "etc/yum.repos.d/pke-provisioner.repo").read_text()
    assert f"gpgkey={base}\n" in text.partition("[pke-mirror]")[2]
    assert "TESTING" not in text
