"""Debian packages of the programs that the lab built."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab.guestos.running import run
from lab.kubernetes.versions import Release

FILES = Path(__file__).parent / "files" / "packages"
UNITS = "/usr/lib/systemd/system"
CNI_PLUGINS = "/usr/lib/cni"
ETCD = ("etcd", "etcdctl", "etcdutl")
PLUGINS = (
    *("bandwidth", "bridge", "dhcp", "dummy", "firewall", "host-device", "host-local", "ipvlan"),
    *("loopback", "macvlan", "portmap", "ptp", "sbr", "static", "tuning", "vlan", "vrf"),
)


@dataclass(frozen=True)
class Package:
    """`programs`, `links` and `files` by the absolute path that they get."""

    name: str
    version: str
    summary: str
    depends: tuple[str, ...] = ()
    programs: Mapping[str, Path] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
    after_installation: str = ""


def kubernetes_packages(binaries: Path, release: Release) -> tuple[Package, ...]:
    """kubelet, kubeadm, kubectl and kubernetes-cni, cut like the packages of kubernetes.io.

    etcd-server besides: Debian 12's own is older than Kubernetes takes.
    """
    revision = f"{release.version}-1.1"
    return (
        _kubelet(binaries, revision),
        _kubeadm(binaries, revision),
        Package(
            "kubectl",
            revision,
            "Talks to a cluster",
            programs={"/usr/bin/kubectl": binaries / "kubectl"},
        ),
        Package(
            "kubernetes-cni",
            "1.1.1-1.1",
            "Network plugins where Kubernetes looks for them",
            depends=("containernetworking-plugins",),
            links={f"/opt/cni/bin/{name}": f"{CNI_PLUGINS}/{name}" for name in PLUGINS},
        ),
        Package(
            "etcd-server",
            f"{release.etcd}-1.1",
            "Keeps a cluster's state",
            programs={f"/usr/bin/{name}": binaries / name for name in ETCD},
        ),
    )


def _kubelet(binaries: Path, revision: str) -> Package:
    return Package(
        "kubelet",
        revision,
        "Runs the pods of a node",
        depends=(
            *("conntrack", "ethtool", "iproute2", "iptables", "kubernetes-cni", "mount"),
            *("socat", "util-linux"),
        ),
        programs={"/usr/bin/kubelet": binaries / "kubelet"},
        files={f"{UNITS}/kubelet.service": FILES / "kubelet.service"},
        after_installation="systemctl --quiet enable kubelet.service",
    )


def _kubeadm(binaries: Path, revision: str) -> Package:
    return Package(
        "kubeadm",
        revision,
        "Makes clusters and joins nodes to them",
        depends=("kubelet",),
        programs={"/usr/bin/kubeadm": binaries / "kubeadm"},
        files={f"{UNITS}/kubelet.service.d/10-kubeadm.conf": FILES / "10-kubeadm.conf"},
    )


def write_package(package: Package, folder: Path, work: Path) -> None:
    """`folder`/<name>_<version>_amd64.deb; not compressed, it never leaves the machine."""
    root = work / package.name
    for path, source in package.programs.items():
        run("install", "-D", "--mode=755", source, f"{root}{path}")
    for path, source in package.files.items():
        run("install", "-D", "--mode=644", source, f"{root}{path}")
    for path, target in package.links.items():
        link = Path(f"{root}{path}")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
    _write_control(package, root / "DEBIAN")
    run("dpkg-deb", "-Znone", "--root-owner-group", "--build", root, folder)


def _write_control(package: Package, control: Path) -> None:
    control.mkdir(parents=True)
    fields = {
        "Package": package.name,
        "Version": package.version,
        "Architecture": "amd64",
        "Maintainer": "Lab <lab@invalid>",
        "Section": "admin",
        "Priority": "optional",
        **({"Depends": ", ".join(package.depends)} if package.depends else {}),
        "Description": package.summary,
    }
    text = "".join(f"{name}: {value}\n" for name, value in fields.items())
    (control / "control").write_text(text)
    if package.after_installation:
        script = control / "postinst"
        script.write_text(f"#!/bin/sh\nset -e\n{package.after_installation}\n")
        script.chmod(0o755)
