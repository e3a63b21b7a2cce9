"""Installs what a template lacks to become a node: containerd, kubelet and kubeadm."""

from __future__ import annotations

import shutil
import time
import urllib.request
from typing import Any, Callable, Protocol

from .apt import Apt
from .containerd import configure
from .failures import Failure
from .host import STATE, Host
from .waiting import Allowance, pauses, say
from .yum import Yum

KUBERNETES = ("kubelet", "kubeadm")
TRIES, PAUSE_SECONDS = 6, 10.0
KEY_BYTES = 64 * 1024


class PackageManager(Protocol):
    subfolder: str
    key_name: str

    def add_repository(self, url: str, key: str) -> None: ...
    def refresh(self) -> None: ...
    def versions(self, package: str) -> list[str]: ...
    def install(self, packages: list[str], versions: dict[str, str]) -> None: ...
    def hold(self, packages: list[str]) -> None: ...


class Installation:
    """May run twice. Raises Failure with the last thing that the package manager said."""

    def __init__(self, host: Host, config: dict[str, Any], allowance: Allowance) -> None:
        self._host, self._config, self._allowance = host, config, allowance

    def ensure(self) -> None:
        if self._host.exists(STATE + "installed"):
            return
        manager = package_manager(self._host, self._config, self._allowance)
        persistently(lambda: self._install(manager), self._allowance)
        configure(self._host, self._config["version"], self._config["image_registry"])
        # Swap would be on again after the next start, and the kubelet refuses it.
        self._host.run("systemctl", "mask", "swap.target")
        self._host.write(STATE + "installed", "")

    def _install(self, manager: PackageManager) -> None:
        config = self._config
        url = config["repository"] or config["upstream"] + manager.subfolder
        manager.add_repository(url, config["key"] or self._fetch(url + manager.key_name))
        manager.refresh()
        wanted = self._chosen(manager)
        versions = {package: wanted for package in KUBERNETES}
        others = [config["containerd"], *config["others"]]
        manager.install(others, versions)
        manager.hold([*KUBERNETES, config["containerd"]])

    def _chosen(self, manager: PackageManager) -> str:
        offered = manager.versions("kubeadm")
        found = chosen(offered, self._config["version"], self._config["newest"])
        if found is None:
            listed = ", ".join(offered) or "none"
            wanted = self._config["version"]
            advice = "choose a kubernetes.version of these, or bootstrap.packages.patch newest"
            raise Failure(f"no package of kubeadm {wanted}; there are: {listed}; {advice}")
        return found

    def _fetch(self, url: str) -> str:
        """Over verified TLS: the default repository is an https one."""
        proxies = {
            name.partition("_")[0].lower(): value
            for name, value in self._config["environment"].items()
            if name in ("HTTP_PROXY", "HTTPS_PROXY")
        }
        opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies))
        try:
            with opener.open(url, timeout=60) as answer:
                return str(answer.read(KEY_BYTES).decode())
        except (OSError, ValueError) as error:
            raise Failure(f"the repository's key {url} cannot be had: {error}") from error


def package_manager(host: Host, config: dict[str, Any], allowance: Allowance) -> PackageManager:
    if shutil.which("apt-get"):
        return Apt(host, config, allowance)
    if shutil.which("dnf") or shutil.which("yum"):
        return Yum(host, config, allowance)
    raise Failure("the template has neither apt nor dnf nor yum to install packages with")


def chosen(offered: list[str], version: str, newest: bool) -> str | None:
    """Of package versions such as 1.35.2-1.1, the newest first: the one that was asked for."""
    minor = version.rpartition(".")[0] + "."
    for one in offered:
        upstream = one.partition("-")[0].partition("~")[0]
        if upstream == version or (newest and upstream.startswith(minor)):
            return one
    return None


def persistently(install: Callable[[], None], allowance: Allowance) -> None:
    waits = pauses(PAUSE_SECONDS)
    for number in range(1, TRIES + 1):
        try:
            install()
            return
        except Failure as failure:
            if number == TRIES or allowance.over():
                raise
            say(f"installing failed, trying again: {failure}")
            time.sleep(next(waits))
