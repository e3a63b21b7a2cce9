"""Real etcd members on loopback, with the certificates that kubeadm would make them."""

import itertools
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab.go_module import ensure_built
from lab.guests.kubernetes.certificates import Authority, etcd_certificate
from lab.kubernetes.programs import modules
from lab.kubernetes.versions import DEFAULT_MINOR, RELEASES
from lab.ports import free_port
from lab.processes import Command, Process, start
from lab.progress import say_nothing
from lab.waiting import wait_until
from provisioner.domain.ids import ResourceId
from provisioner.etcd.errors import EtcdError, EtcdUnreachable
from provisioner.etcd.etcd_cluster import EtcdCluster
from provisioner.etcd.gateway import Gateway
from provisioner.tls import client_context
from provisioner.vault.vault import Vault

SECONDS = 30.0
# kubeadm's own choice.
CLIENT_PORT, PEER_PORT = 2379, 2380
_hosts = itertools.count(1)


def loopback() -> str:
    """Of no other member, in whatever process its test runs."""
    return f"127.79.{os.getpid() % 250}.{next(_hosts) % 250 + 1}"


def program() -> Path:
    """Built once, then from the cache."""
    wanted = modules(RELEASES[DEFAULT_MINOR])
    return ensure_built(next(one for one in wanted if "etcd" in one.packages), say_nothing) / "etcd"


@dataclass
class RingMember:
    name: str
    address: str
    process: Process | None = None

    @property
    def endpoint(self) -> str:
        return f"{self.address}:{CLIENT_PORT}"

    @property
    def peer_url(self) -> str:
        return f"https://{self.address}:{PEER_PORT}"


@dataclass
class Ring:
    """`resource_id` names the cluster in Vault whose etcd authority verifies everybody."""

    folder: Path
    vault: Vault
    resource_id: ResourceId
    members: dict[str, RingMember] = field(default_factory=dict)

    def begin(self, *names: str) -> None:
        for name in names:
            self._place(name)
        for name in names:
            self._start(name, "new")
        with self.api() as api:
            assert wait_until(lambda: _serves(api, len(names)), SECONDS)

    def api(self, *asked: str, timeout_seconds: float = 5.0) -> EtcdCluster:
        """Knocks at `asked`, or at all."""
        issued = self.vault.etcd_certificate(self.resource_id, "pke-provisioner")
        endpoints = [self.members[name].endpoint for name in asked or self.members]
        return EtcdCluster(
            endpoints,
            issued.authority,
            issued.certificate,
            issued.private_key,
            timeout_seconds,
        )

    def add(self, name: str, *, through: str, learner: bool) -> None:
        """Announces it, as `kubeadm join` does before it starts the member.

        etcd itself takes none before all have known each other for five seconds.
        """
        member = self._place(name)
        body = {"peerURLs": [member.peer_url], "isLearner": learner}
        issued = self.vault.etcd_certificate(self.resource_id, "kubeadm")
        key = issued.private_key.get_secret_value()
        gateway = Gateway(client_context(issued.authority, issued.certificate, key), SECONDS)
        url = f"https://{self.members[through].endpoint}"
        assert wait_until(lambda: _takes(gateway, url, body), SECONDS)
        gateway.close()

    def join(self, name: str) -> None:
        self._start(name, "existing")

    def kill(self, name: str) -> None:
        if process := self.members[name].process:
            process.kill()

    def resume(self, name: str) -> None:
        self._start(name, "existing")

    def close(self) -> None:
        for name in self.members:
            self.kill(name)

    def _place(self, name: str) -> RingMember:
        made = RingMember(name, loopback())
        self.members[name] = made
        return made

    def _start(self, name: str, state: str) -> None:
        member = self.members[name]
        folder = self._certify(member)
        ring = ",".join(f"{one.name}={one.peer_url}" for one in self.members.values())
        client_url = f"https://{member.endpoint}"
        options = {
            "name": name,
            "data-dir": str(folder / "data"),
            "listen-client-urls": client_url,
            "advertise-client-urls": client_url,
            "listen-peer-urls": member.peer_url,
            "initial-advertise-peer-urls": member.peer_url,
            "listen-metrics-urls": f"http://{member.address}:{free_port(member.address)}",
            "initial-cluster": ring,
            "initial-cluster-state": state,
            "client-cert-auth": "true",
            "peer-client-cert-auth": "true",
            "trusted-ca-file": str(folder / "ca.crt"),
            "peer-trusted-ca-file": str(folder / "ca.crt"),
            "cert-file": str(folder / "member.crt"),
            "key-file": str(folder / "member.key"),
            "peer-cert-file": str(folder / "member.crt"),
            "peer-key-file": str(folder / "member.key"),
            "unsafe-no-fsync": "true",
        }
        argv = (str(program()), *(f"--{option}={value}" for option, value in options.items()))
        member.process = start(Command(f"etcd-{name}", argv), self.folder)

    def _certify(self, member: RingMember) -> Path:
        folder = self.folder / member.name
        folder.mkdir(exist_ok=True)
        given = self.vault.cluster_certificates(self.resource_id).authority("etcd")
        authority = Authority(given.certificate, given.private_key.get_secret_value())
        pair = etcd_certificate(authority, member.name, ["localhost", member.address])
        (folder / "ca.crt").write_text(given.certificate)
        (folder / "member.crt").write_text(pair.certificate)
        key = folder / "member.key"
        os.close(os.open(key, os.O_WRONLY | os.O_CREAT, 0o600))
        key.write_text(pair.private_key)
        return folder


def _serves(api: EtcdCluster, size: int) -> bool:
    try:
        found = api.health()
    except EtcdError:
        return False
    return len(found.members) == size and not found.problems


def _takes(gateway: Gateway, url: str, body: dict[str, Any]) -> bool:
    try:
        gateway.call(url, "/v3/cluster/member/add", body)
    except EtcdUnreachable:
        return False
    return True
