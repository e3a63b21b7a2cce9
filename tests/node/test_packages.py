"""A node that installs its programs: real apt, from a signed repository, into a root of its own."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from provisioner.bootstrap.node import packages
from provisioner.bootstrap.node.apt import mirrored
from provisioner.bootstrap.node.containerd import configured
from provisioner.bootstrap.node.failures import Failure
from provisioner.bootstrap.node.host import Host
from provisioner.bootstrap.node.packages import Installation, chosen
from provisioner.bootstrap.node.waiting import Allowance
from provisioner.bootstrap.packages import packages_config
from provisioner.domain.spec.cluster import Kubernetes
from tests.node.machine import a_node
from tests.node.package_server import Repository, install_root, run

VERSIONS = ("1.35.1-1.1", "1.35.2-1.1", "1.36.0-1.1")
Install = Callable[..., Path]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    made = Repository(tmp_path_factory.mktemp("repository"))
    for version in VERSIONS:
        made.add("kubeadm", version)
        made.add("kubelet", version)
    made.add("containerd", "1.7.0")
    made.add("keepalived", "2.2.7")
    made.publish()
    return made


@pytest.fixture
def install(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Install]:
    """Runs the installation; systemctl only notes what it is asked."""
    root = tmp_path / "root"
    (tmp_path / "bin").mkdir()
    systemctl = tmp_path / "bin/systemctl"
    systemctl.write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/systemctl\n')
    systemctl.chmod(0o755)
    for name, value in install_root(root).items():
        monkeypatch.setenv(name, value)
    path = f"{tmp_path}/bin:{root}/usr/bin:{os.environ['PATH']}:/usr/sbin:/sbin"
    monkeypatch.setenv("PATH", path)
    monkeypatch.setattr(packages, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(packages, "TRIES", 2)
    with repository.served() as url:

        def work(key: str | None = None, node: dict[str, Any] | None = None, **given: Any) -> Path:
            source = {"repository": url, "key": repository.key if key is None else key}
            bootstrap = {"install": "packages", "packages": source | given}
            wanted = {"kubernetes": Kubernetes(version="1.35.1"), "bootstrap": bootstrap}
            config = packages_config(a_node(**(wanted | (node or {}))))
            assert config
            Installation(Host(str(root)), config, Allowance(60)).ensure()
            return root

        yield work


def installed(root: Path) -> dict[str, str]:
    form = "--showformat=${Package}=${Version}\\n"
    said = run("dpkg-query", f"--root={root}", "--show", form, folder=root)
    return dict(line.split("=") for line in said.split())


def test_the_exact_version_with_all_a_master_needs(install: Install, tmp_path: Path) -> None:
    root = install()
    assert installed(root) == {
        "kubeadm": "1.35.1-1.1",
        "kubelet": "1.35.1-1.1",
        "containerd": "1.7.0",
        "keepalived": "2.2.7",
    }
    said = (tmp_path / "systemctl").read_text().splitlines()
    assert {"restart containerd.service", "mask swap.target"} <= set(said)


def test_only_masters_that_float_get_keepalived(install: Install) -> None:
    assert "keepalived" not in installed(install(node={"role": "worker"}))


def test_the_newest_patch_of_the_minor(install: Install) -> None:
    assert installed(install(patch="newest"))["kubelet"] == "1.35.2-1.1"


def test_an_upgrade_of_the_system_leaves_them(install: Install) -> None:
    root = install()
    assert set(run("apt-mark", "showhold", folder=root).split()) == {
        "containerd",
        "kubeadm",
        "kubelet",
    }


def test_containerd_runs_the_pause_image_kubeadm_expects(install: Install) -> None:
    root = install(node={"image_registry": "r.corp/k8s"})
    config = (root / "etc/containerd/config.toml").read_text()
    assert "sandbox_image = 'r.corp/k8s/pause:3.10.1'" in config
    assert "SystemdCgroup = true" in config


def test_nothing_is_done_twice(install: Install, tmp_path: Path) -> None:
    root = install()
    before = (tmp_path / "systemctl").read_text()
    install()
    assert (tmp_path / "systemctl").read_text() == before
    (root / "var/lib/pke-provisioner/installed").unlink()
    install()
    assert "restart" not in (tmp_path / "systemctl").read_text().removeprefix(before)


def test_packages_of_somebody_else_are_not_installed(install: Install, tmp_path: Path) -> None:
    other = Repository(tmp_path / "other")
    with pytest.raises(Failure, match=r"apt-get .*failed"):
        install(key=other.key)
    assert not list((tmp_path / "root").glob("usr/bin/kubeadm"))


def test_a_version_nobody_has_is_told_with_those_there_are(install: Install) -> None:
    with pytest.raises(Failure, match=r"1\.35\.9.*1\.35\.2-1\.1"):
        install(node={"kubernetes": Kubernetes(version="1.35.9")})


@pytest.mark.parametrize(
    ("offered", "newest", "expected"),
    [
        (["1.35.2-1.1", "1.35.1-2.1", "1.35.1-1.1"], False, "1.35.1-2.1"),
        (["1.36.0-1.1", "1.35.10-1.1", "1.35.1-1.1"], True, "1.35.10-1.1"),
        (["1.35.10-1.1"], False, None),
        (["1.350.1-1.1"], True, None),
        (["1.35.1-150500.1.1"], False, "1.35.1-150500.1.1"),
    ],
)
def test_choosing(offered: list[str], newest: bool, expected: str | None) -> None:
    assert chosen(offered, "1.35.1", newest) == expected


CONTAINERD_1 = """\
imports = []
version = 2
    sandbox_image = "registry.k8s.io/pause:3.6"
            SystemdCgroup = false
"""
CONTAINERD_2 = """\
version = 3
imports = ['/etc/containerd/conf.d/*.toml']
    [plugins.'io.containerd.cri.v1.images'.pinned_images]
      sandbox = 'registry.k8s.io/pause:3.10'
      sandboxer = 'podsandbox'
            SystemdCgroup = false
"""


@pytest.mark.parametrize("defaults", [CONTAINERD_1, CONTAINERD_2])
def test_both_forms_of_containerds_configuration(defaults: str) -> None:
    text = configured(defaults, "r/pause:3.10.1")
    assert text.count("r/pause:3.10.1") == 1
    assert "SystemdCgroup = true" in text
    assert text.count("imports = ['/etc/containerd/conf.d/*.toml']") == 1
    assert "sandboxer = 'podsandbox'" in text or defaults == CONTAINERD_1


def test_a_configuration_that_is_not_understood_is_not_written() -> None:
    with pytest.raises(Failure, match="SystemdCgroup"):
        configured("version = 9\n", "r/pause:1")


@pytest.mark.parametrize(
    ("system", "security", "suites"),
    [
        ("debian", None, ["a: c c-updates"]),
        ("debian", "b", ["a: c c-updates", "b: c-security"]),
        ("ubuntu", None, ["a: c c-updates c-security"]),
    ],
)
def test_security_updates_come_from_where_the_distribution_keeps_them(
    system: str, security: str | None, suites: list[str]
) -> None:
    sources = mirrored(f'ID={system}\nVERSION_CODENAME="c"\n', "a", security)
    told = [dict(line.split(": ", 1) for line in one.splitlines()) for one in sources]
    assert [f"{one['URIs']}: {one['Suites']}" for one in told] == suites


def test_installing_ends_before_the_service_gives_the_node_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever is given up cannot say why any more."""
    tries = []

    def fail() -> None:
        tries.append(1)
        raise Failure("no such package")

    monkeypatch.setattr(packages, "PAUSE_SECONDS", 0.01)
    with pytest.raises(Failure, match="no such package"):
        packages.persistently(fail, Allowance(0))
    assert tries == [1]
