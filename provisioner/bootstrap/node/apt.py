"""Kubernetes' programs by apt: Debian, Ubuntu and their kin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .host import Host
from .waiting import Allowance

KEYRING = "/etc/apt/keyrings/pke-provisioner.asc"
SOURCES = "/etc/apt/sources.list.d/pke-provisioner.sources"
# In place of all the image's own sources where there is a mirror.
MIRRORED = "/etc/pke-provisioner/apt"
SECONDS = 900.0
QUIETLY = {"DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_SUSPEND": "1", "LC_ALL": "C"}
OPTIONS = (
    "-q",
    "-y",
    "--no-install-recommends",
    "-o",
    "DPkg::Lock::Timeout=300",
    "-o",
    "Acquire::Retries=3",
    # Lists that could not be read must not pass for lists without the packages.
    "-o",
    "APT::Update::Error-Mode=any",
    "-o",
    "Dpkg::Options::=--force-confold",
)


class Apt:
    """Implements PackageManager."""

    subfolder, key_name = "deb/", "Release.key"

    def __init__(self, host: Host, config: dict[str, Any], allowance: Allowance) -> None:
        self._host, self._allowance = host, allowance
        self._mirror, self._security = config["mirror"], config["security_mirror"]
        self._environment = dict(QUIETLY, **config["environment"])
        self._only: tuple[str, ...] = ()

    def add_repository(self, url: str, key: str) -> None:
        self._host.write(KEYRING, key, 0o644)
        signed_by = self._host.path(KEYRING)
        source = f"Types: deb\nURIs: {url}\nSuites: /\nSigned-By: {signed_by}\n"
        self._host.write(SOURCES, source, 0o644)
        if self._mirror:
            os_release = self._host.read("/etc/os-release")
            sources = "\n".join([source, *mirrored(os_release, self._mirror, self._security)])
            self._host.write(MIRRORED + "/all.sources", sources, 0o644)
            parts = self._host.path(MIRRORED)
            self._only = (
                "-o",
                "Dir::Etc::sourcelist=/dev/null",
                "-o",
                f"Dir::Etc::sourceparts={parts}",
            )

    def refresh(self) -> None:
        self._run("dpkg", "--configure", "-a")
        self._get("update")

    def versions(self, package: str) -> list[str]:
        """The newest first."""
        said = self._host.output("apt-cache", *self._only, "madison", package)
        return [line.split("|")[1].strip() for line in said.splitlines() if line.count("|") == 2]

    def install(self, packages: list[str], versions: dict[str, str]) -> None:
        exact = [f"{name}={version}" for name, version in versions.items()]
        self._get(
            "install", "--allow-change-held-packages", "--allow-downgrades", *exact, *packages
        )

    def hold(self, packages: list[str]) -> None:
        self._run("apt-mark", "hold", *packages)

    def _get(self, *arguments: str) -> None:
        self._run("apt-get", *OPTIONS, *self._only, *arguments)

    def _run(self, *command: str) -> None:
        seconds = self._allowance.left(SECONDS)
        self._host.run(*command, seconds=seconds, environment=self._environment)


def mirrored(os_release: str, mirror: str, security: str | None) -> Iterator[str]:
    """The distribution's archives there, with the keys that the image trusts for them.

    Security updates are a part of Ubuntu's archive, and an archive of their own with Debian.
    """
    facts = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', os_release, re.MULTILINE))
    codename, ubuntu = facts["VERSION_CODENAME"], facts.get("ID") == "ubuntu"
    security = security or (mirror if ubuntu else None)
    suites = {mirror: [codename, f"{codename}-updates"]}
    if security:
        suites.setdefault(security, []).append(f"{codename}-security")
    components = "main universe" if ubuntu else "main"
    keyring = "ubuntu" if ubuntu else "debian"
    for url, names in suites.items():
        yield (
            f"Types: deb\nURIs: {url}\nSuites: {' '.join(names)}\nComponents: {components}\n"
            f"Signed-By: /usr/share/keyrings/{keyring}-archive-keyring.gpg\n"
        )
