"""An etcd cluster's members as their machines would run them: rendered, certified, started."""

import itertools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from lab.etcd import start_member
from lab.processes import Process
from lab.waiting import wait_until
from provisioner.bootstrap.etcd_config import AUTHORITY, CERTIFICATE, KEY, MemberConfig, render
from provisioner.bootstrap.layout import ETCD_CONFIG
from provisioner.domain.etcd_clusters import CLIENT_PORT, peer_url
from provisioner.domain.ids import ResourceId
from provisioner.domain.spec.etcd_cluster import Etcd
from provisioner.etcd.administration import EtcdAdministration
from provisioner.etcd.errors import EtcdError
from provisioner.etcd.etcd_cluster import EtcdCluster
from provisioner.etcd.keys import EtcdKeys
from provisioner.vault.etcd_pki import MEMBER_NAME
from provisioner.vault.vault import Vault

SECONDS = 60.0
_hosts = itertools.count(1)


def loopback() -> str:
    """Of no other member, in whatever process its test runs."""
    return f"127.78.{os.getpid() % 250}.{next(_hosts) % 250 + 1}"


Client = TypeVar("Client", bound=EtcdCluster)


@dataclass
class EtcdMembers:
    """`processes` by name of the member."""

    vault: Vault
    resource: ResourceId
    folder: Path
    addresses: dict[str, str] = field(default_factory=dict)
    processes: dict[str, Process] = field(default_factory=dict)

    def admin(self, name: str = "pke-provisioner") -> EtcdAdministration:
        return self._client(EtcdAdministration, name)

    def keys(self) -> EtcdKeys:
        return self._client(EtcdKeys, "pke-provisioner")

    def _client(self, kind: type[Client], name: str) -> Client:
        issued = self.vault.etcd_cluster_client(self.resource, name, 600)
        endpoints = [f"{address}:{CLIENT_PORT}" for address in self.addresses.values()]
        return kind(endpoints, issued.authority, issued.certificate, issued.private_key)

    def start_first(self, name: str, address: str | None = None) -> None:
        address = address or loopback()
        self._start(name, address, {name: peer_url(address)}, joining=False)
        self.wait_until_served()

    def start_learner(self, name: str, address: str | None = None) -> None:
        address = address or loopback()
        with self.admin() as etcd:
            initial = etcd.ensure_learner(name, peer_url(address))
        self._start(name, address, initial, joining=True)

    def join(self, name: str, address: str | None = None) -> None:
        self.start_learner(name, address)
        self.wait_until_voting(name)

    def wait_until_voting(self, name: str) -> None:
        with self.admin() as etcd:
            assert wait_until(lambda: self._votes(etcd, name), SECONDS), self.log(name)

    def wait_until_served(self) -> None:
        with self.admin() as etcd:
            assert wait_until(lambda: self._serves(etcd), SECONDS)

    def lose(self, name: str) -> str:
        """As with a machine that is gone. Returns the address it had."""
        self.processes.pop(name).kill()
        return self.addresses.pop(name)

    def close(self) -> None:
        for process in self.processes.values():
            process.kill()

    def log(self, name: str) -> str:
        return self.processes[name].log.read_text(errors="replace")[-3000:]

    def _start(self, name: str, address: str, initial: Mapping[str, str], *, joining: bool) -> None:
        root = self.folder / name
        issued = self.vault.etcd_member_certificate(self.resource, name, address)
        config = MemberConfig(
            name=name,
            address=address,
            cluster_token=self.resource,
            initial=initial,
            joining=joining,
            peer_name=MEMBER_NAME,
            etcd=Etcd(),
        )
        for path, text in (
            (AUTHORITY, issued.authority),
            (CERTIFICATE, issued.certificate),
            (KEY, issued.private_key.get_secret_value()),
            (ETCD_CONFIG, render(config)),
        ):
            file = root / path.lstrip("/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        self.addresses[name] = address
        self.processes[name] = start_member(root, ETCD_CONFIG)

    @staticmethod
    def _serves(etcd: EtcdAdministration) -> bool:
        try:
            return etcd.health().has_quorum
        except EtcdError:
            return False

    @staticmethod
    def _votes(etcd: EtcdAdministration, name: str) -> bool:
        try:
            etcd.ensure_voter(name)
        except EtcdError:
            return False
        return True
