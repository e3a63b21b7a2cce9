"""Kubernetes' programs by dnf or yum: RHEL and its kin."""

from __future__ import annotations

import configparser
import contextlib
import shutil
from collections.abc import Iterable, Iterator
from typing import Any

from .host import Host
from .waiting import Allowance

KEY = "/etc/pki/rpm-gpg/RPM-GPG-KEY-pke-provisioner"
FOLDER = "/etc/yum.repos.d/"
REPOSITORY = FOLDER + "pke-provisioner.repo"
# An update of the system must not take them along.
HELD = "kubelet kubeadm kubectl cri-tools kubernetes-cni"
SECONDS = 900.0


class Yum:
    """Implements PackageManager."""

    subfolder, key_name = "rpm/", "repodata/repomd.xml.key"

    def __init__(self, host: Host, config: dict[str, Any], allowance: Allowance) -> None:
        self._host, self._mirror = host, config["mirror"]
        self._allowance = allowance
        self._environment = dict(config["environment"], LC_ALL="C")
        self._program = shutil.which("dnf") or "yum"

    def add_repository(self, url: str, key: str) -> None:
        self._host.write(KEY, key, 0o644)
        text = section("pke-kubernetes", url, f"gpgkey=file://{KEY}", f"exclude={HELD}")
        if self._mirror:
            keys = " ".join(trusted_keys(self._repositories()))
            text += section("pke-mirror", self._mirror, *([f"gpgkey={keys}"] if keys else []))
        self._host.write(REPOSITORY, text, 0o644)

    def _repositories(self) -> Iterator[str]:
        """The image's own, as files."""
        for name in self._host.names(FOLDER):
            if name.endswith(".repo") and FOLDER + name != REPOSITORY:
                yield self._host.read(FOLDER + name)

    def refresh(self) -> None:
        self._run("makecache")

    def versions(self, package: str) -> list[str]:
        """The newest first."""
        command = self._command("-q", "list", "--showduplicates", package)
        seconds = self._allowance.left(SECONDS)
        said = self._host.output(*command, seconds=seconds, environment=self._environment)
        rows = [line.split() for line in said.splitlines() if line.startswith(package + ".")]
        return [row[1].rpartition(":")[2] for row in reversed(rows)]

    def install(self, packages: list[str], versions: dict[str, str]) -> None:
        exact = [f"{name}-{version}" for name, version in versions.items()]
        self._run("install", *exact, *packages)

    def hold(self, packages: list[str]) -> None:
        """The repository's file excludes them."""

    def _run(self, *arguments: str) -> None:
        command = self._command(*arguments)
        seconds = self._allowance.left(SECONDS)
        self._host.run(*command, seconds=seconds, environment=self._environment)

    def _command(self, *arguments: str) -> tuple[str, ...]:
        only = ("--disablerepo=*", "--enablerepo=pke-*") if self._mirror else ()
        return (self._program, "-y", "--disableexcludes=pke-kubernetes", *only, *arguments)


def trusted_keys(repositories: Iterable[str]) -> list[str]:
    """Of the distribution, as the image's enabled repositories name them: rpm itself may know none
    of them before it installs the first package.
    """
    found: dict[str, None] = {}
    for text in repositories:
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        with contextlib.suppress(configparser.Error):
            parser.read_string(text)
        for repository in parser.values():
            if repository.get("enabled", "1").strip().lower() in ("1", "yes", "true"):
                keys = repository.get("gpgkey", "").replace(",", " ").split()
                found.update(dict.fromkeys(key for key in keys if key.startswith("file:")))
    return list(found)


def section(name: str, url: str, *lines: str) -> str:
    head = (f"[{name}]", f"name={name}", f"baseurl={url}", "enabled=1", "gpgcheck=1")
    return "\n".join((*head, *lines)) + "\n\n"
