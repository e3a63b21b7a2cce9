"""The control planes of the stand-in guests' clusters, known by their certificate authority."""

import ssl
import threading
from dataclasses import dataclass

from lab.guests.etcd_gateway import EtcdGateway, EtcdMembers
from lab.guests.kubernetes_api import InMemoryCluster, KubernetesServer, ServerTls, serve


@dataclass(frozen=True)
class Member:
    """A master's API server. `floating` is the address it may hold for the others, if any.

    `etcd`: what its own etcd serves with; None where others keep the cluster's data.
    """

    name: str
    address: str
    port: int
    floating: str | None
    tls: ServerTls
    etcd: ServerTls | None = None


class ControlPlane:
    """One cluster's state, served by its living members; one of them holds the address.

    `masters` are all that belong to it, powered on or not.
    """

    def __init__(self, version: str) -> None:
        self.cluster = InMemoryCluster(version)
        self.masters: set[str] = set()
        self.etcd = EtcdMembers()
        self._gateways: dict[str, EtcdGateway] = {}
        self._living: dict[str, tuple[Member, KubernetesServer]] = {}
        self._holder = ""
        self._floating: KubernetesServer | None = None
        self._lock = threading.RLock()

    @property
    def holder(self) -> str:
        """The master that holds the floating address, empty if none does."""
        return self._holder

    def open(self, member: Member) -> None:
        """Raises OSError when one of its addresses is taken."""
        with self._lock:
            self.masters.add(member.name)
            if member.etcd and member.name not in self._gateways:
                gateway = EtcdGateway(self.etcd, member.name, member.address, member.etcd)
                self._gateways[member.name] = gateway
                self.etcd.start(member.name, member.address)
            if member.name not in self._living:
                server = serve(self.cluster, member.address, member.port, member.tls)
                self._living[member.name] = member, server
            self._place_address()

    def close(self, name: str) -> None:
        """The member's connections are cut; another one takes the address over."""
        with self._lock:
            _, server = self._living.pop(name, (None, None))
            if server:
                server.close()
            if gateway := self._gateways.pop(name, None):
                gateway.close()
            self.etcd.stop(name)
            if self._holder == name:
                self._drop_address()
            self._place_address()

    def _place_address(self) -> None:
        if self._holder:
            return
        for member, _ in self._living.values():
            if member.floating:
                floating = serve(self.cluster, member.floating, member.port, member.tls)
                self._floating, self._holder = floating, member.name
                return

    def _drop_address(self) -> None:
        if self._floating:
            self._floating.close()
        self._floating, self._holder = None, ""


class ControlPlanes:
    """Safe for several threads. `authority` is the PEM of a cluster's CA certificate."""

    def __init__(self) -> None:
        self._planes: dict[bytes, ControlPlane] = {}
        self._lock = threading.Lock()

    def find(self, authority: str) -> ControlPlane | None:
        with self._lock:
            return self._planes.get(_key(authority))

    def ensure(self, authority: str, version: str) -> ControlPlane:
        with self._lock:
            return self._planes.setdefault(_key(authority), ControlPlane(version))

    def forget(self, authority: str, master: str) -> None:
        """The master's disk is gone; with the last one's the cluster is."""
        plane = self.find(authority)
        if plane is None:
            return
        plane.close(master)
        plane.masters.discard(master)
        with self._lock:
            if not plane.masters:
                self._planes.pop(_key(authority), None)


def _key(authority: str) -> bytes:
    first, end, _ = authority.strip().partition("-----END CERTIFICATE-----")
    return ssl.PEM_cert_to_DER_cert(first + end)
