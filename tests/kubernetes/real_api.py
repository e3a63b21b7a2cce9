"""A real API server on a real etcd, without anything else of a cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kubernetes.client import RbacAuthorizationV1Api

from lab.go_module import ensure_built
from lab.guests.kubernetes.certificates import (
    Authority,
    KeyPair,
    client_certificate,
    server_certificate,
)
from lab.kubernetes.programs import modules
from lab.kubernetes.versions import DEFAULT_MINOR, RELEASES
from lab.ports import free_port
from lab.processes import Command, Process, start
from lab.progress import say_nothing
from lab.waiting import wait_until
from provisioner.kubernetes.client import EndpointClient, exists
from provisioner.tls import client_context
from provisioner.vault.authority import new_service_account_keys

HOST = "127.0.0.1"
SECONDS = 120.0
ADMINISTRATORS = "kubeadm:cluster-admins"


@dataclass(frozen=True)
class RealApi:
    endpoint: str
    authority: Authority

    def client(self, user: str, group: str) -> EndpointClient:
        return _client(
            self.endpoint, self.authority, client_certificate(self.authority, user, group)
        )


@contextmanager
def serving(folder: Path, authority: Authority) -> Iterator[RealApi]:
    """Nodes may do what nodes may, and kubeadm's administrators everything."""
    running: list[Process] = []
    try:
        etcd = _start_etcd(folder, running)
        api = RealApi(_start_api(folder, authority, etcd, running), authority)
        master = api.client("root", "system:masters")
        assert wait_until(lambda: _answers(master), SECONDS), (folder / "api.log").read_text()
        _bind_administrators(master)
        master.disconnect()
        yield api
    finally:
        for process in running:
            process.kill()


def _program(name: str) -> str:
    wanted = modules(RELEASES[DEFAULT_MINOR])
    module = next(one for one in wanted if name in one.packages)
    return str(ensure_built(module, say_nothing) / name)


def _start_etcd(folder: Path, running: list[Process]) -> str:
    client, peer = (f"http://{HOST}:{free_port()}" for _ in range(2))
    options = {
        "data-dir": folder / "etcd",
        "listen-client-urls": client,
        "advertise-client-urls": client,
        "listen-peer-urls": peer,
        "initial-advertise-peer-urls": peer,
        "initial-cluster": f"default={peer}",
        "unsafe-no-fsync": "true",
    }
    running.append(start(Command("etcd", (_program("etcd"), *_flags(options))), folder))
    return client


def _start_api(folder: Path, authority: Authority, etcd: str, running: list[Process]) -> str:
    public, private = new_service_account_keys()
    serving = server_certificate(authority, [HOST])
    files = {
        "ca.crt": authority.certificate,
        "api.crt": serving.certificate,
        "api.key": serving.private_key,
        "sa.pub": public,
        "sa.key": private.get_secret_value(),
    }
    for name, text in files.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text)
    port = free_port()
    options = {
        "etcd-servers": etcd,
        "bind-address": HOST,
        "advertise-address": "192.0.2.1",
        "secure-port": port,
        "service-cluster-ip-range": "10.96.0.0/16",
        "client-ca-file": folder / "ca.crt",
        "tls-cert-file": folder / "api.crt",
        "tls-private-key-file": folder / "api.key",
        "service-account-key-file": folder / "sa.pub",
        "service-account-signing-key-file": folder / "sa.key",
        "service-account-issuer": "https://kubernetes.default.svc",
        "authorization-mode": "Node,RBAC",
        "allow-privileged": "true",
        "enable-admission-plugins": "NodeRestriction",
    }
    running.append(start(Command("api", (_program("kube-apiserver"), *_flags(options))), folder))
    return f"{HOST}:{port}"


def _flags(options: dict[str, object]) -> list[str]:
    return [f"--{name}={value}" for name, value in options.items()]


def _client(endpoint: str, authority: Authority, pair: KeyPair) -> EndpointClient:
    context = client_context(authority.certificate, pair.certificate, pair.private_key)
    return EndpointClient(endpoint, context, 10.0)


def _answers(client: EndpointClient) -> bool:
    """Once its own roles are there, too."""
    rbac = RbacAuthorizationV1Api(client)
    try:
        return exists(lambda: rbac.read_cluster_role("system:node")) and exists(
            lambda: rbac.read_cluster_role("cluster-admin")
        )
    except Exception:
        return False


def _bind_administrators(client: EndpointClient) -> None:
    """As `kubeadm init` does before anybody else is let in."""
    group = "rbac.authorization.k8s.io"
    body = {
        "metadata": {"name": ADMINISTRATORS},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"apiGroup": group, "kind": "Group", "name": ADMINISTRATORS}],
    }
    RbacAuthorizationV1Api(client).create_cluster_role_binding(body)
