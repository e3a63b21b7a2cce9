"""Signed apt repositories: Kubernetes as at pkgs.k8s.io, Debian as on any mirror."""

import os
import shutil
import tempfile
from pathlib import Path

from lab import cache
from lab.guestos import deb, debian, signing
from lab.guestos.running import QUIET_APT, run
from lab.kubernetes.versions import Release
from lab.progress import Say, step

DEBIAN = "debian"
# What nodes install of Debian; what it depends on and the base lacks comes along.
DEBIAN_PACKAGES = (
    *("conntrack", "containerd", "containernetworking-plugins", "ethtool", "haproxy"),
    *("iptables", "keepalived", "nftables", "runc", "socat"),
)


def kubernetes_path(minor: str) -> str:
    """Where the packages of a minor release lie below the server's root."""
    return f"core:/stable:/v{minor}/deb"


def ensure_kubernetes(binaries: Path, release: Release, say: Say) -> Path:
    """A document root with the packages of this release."""
    key = cache.digest(binaries.name, Path(deb.__file__), Path(__file__), deb.FILES, _public_key())

    def make(target: Path) -> None:
        folder = target / kubernetes_path(release.minor)
        with (
            step(say, f"packaging Kubernetes {release.version}"),
            tempfile.TemporaryDirectory(dir=target) as work,
        ):
            (folder / "amd64").mkdir(parents=True)
            for package in deb.kubernetes_packages(binaries, release):
                deb.write_package(package, folder / "amd64", Path(work))
            _index(folder, "amd64", folder)
            _release(folder, {"Suite": "stable", "Codename": "deb"})
            shutil.copy(signing.ensure_key() / signing.PUBLIC, folder / "Release.key")

    return cache.ensure(f"packages-kubernetes-{release.version}", key, make)


def ensure_debian(base: Path, say: Say) -> Path:
    """A document root with Debian's packages that a guest made of `base` may install."""
    key = cache.digest(base.parent.name, Path(__file__), _public_key())

    def make(target: Path) -> None:
        mirror = target / DEBIAN
        with step(say, "collecting the guests' Debian packages"):
            _download(base, mirror / "pool", target / "work")
            for suite in (debian.SUITE, f"{debian.SUITE}-updates"):
                folder = mirror / "dists" / suite
                listed = "pool" if suite == debian.SUITE else "none"
                (mirror / listed).mkdir(exist_ok=True)
                _index(mirror, listed, folder / "main" / "binary-amd64")
                _release(folder, {"Suite": suite, "Codename": suite, "Components": "main"})
            (mirror / "none").rmdir()
        shutil.rmtree(target / "work")

    return cache.ensure("packages-debian", key, make)


def ensure_joined(parts: list[Path]) -> Path:
    """One document root that holds all of `parts`, and the public key as lab.asc."""

    def make(target: Path) -> None:
        for part in parts:
            shutil.copytree(part, target, dirs_exist_ok=True, copy_function=os.link)
        shutil.copy(signing.ensure_key() / signing.PUBLIC, target)

    return cache.ensure("repository", cache.digest(*(part.name for part in parts)), make)


def _public_key() -> Path:
    return signing.ensure_key() / signing.PUBLIC


def _index(root: Path, pool: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    listed = run("env", f"--chdir={root}", "apt-ftparchive", "packages", pool)
    (folder / "Packages").write_text(listed)
    run("gzip", "--keep", "--no-name", folder / "Packages")


def _release(folder: Path, facts: dict[str, str]) -> None:
    known = {"Origin": "Lab", "Label": "Lab", "Architectures": "amd64", **facts}
    options = [
        word
        for name, value in known.items()
        for word in ("-o", f"APT::FTPArchive::Release::{name}={value}")
    ]
    (folder / "Release").write_text(run("apt-ftparchive", *options, "release", folder))
    signing.sign(folder)


def _download(base: Path, pool: Path, work: Path) -> None:
    """Into `pool`, by this machine's apt, as if the guest were asking."""
    for folder in ("lists/partial", "archives/partial"):
        (work / folder).mkdir(parents=True)
    (work / "sources.list").write_text(debian.sources())
    options = {
        "Dir::Etc::SourceList": work / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": work / "lists",
        "Dir::State::Status": base / "var/lib/dpkg/status",
        "Dir::Cache": work,
        "Dir::Cache::Archives": work / "archives",
        "APT::Sandbox::User": "root",
    }
    apt = (
        "apt-get",
        "-qq",
        "-y",
        *(w for name, to in options.items() for w in ("-o", f"{name}={to}")),
    )
    run(*apt, "update", env=QUIET_APT)
    run(
        *apt,
        "--no-install-recommends",
        "--download-only",
        "install",
        *DEBIAN_PACKAGES,
        env=QUIET_APT,
    )
    pool.parent.mkdir(parents=True, exist_ok=True)
    (work / "archives").rename(pool)
    shutil.rmtree(pool / "partial")
    (pool / "lock").unlink(missing_ok=True)
