"""The certificates on a master's disk: the shared ones it was given, and its own."""

import base64
import json

from lab.guests.kubernetes.certificates import (
    Authority,
    client_certificate,
    etcd_certificate,
    server_certificate,
)
from lab.guests.kubernetes_api import ServerTls
from lab.guests.standin.machine import Machine
from lab.guests.standin.result import ProgramFailed

PKI = "/etc/kubernetes/pki"
ADMIN_CONFIG = "/etc/kubernetes/admin.conf"
ENCRYPTION = "/etc/kubernetes/encryption-provider-config.yaml"
SHARED = (
    f"{PKI}/ca.crt",
    f"{PKI}/ca.key",
    f"{PKI}/front-proxy-ca.crt",
    f"{PKI}/front-proxy-ca.key",
    f"{PKI}/sa.pub",
    f"{PKI}/sa.key",
    ENCRYPTION,
)
OWN_ETCD = (f"{PKI}/etcd/ca.crt", f"{PKI}/etcd/ca.key")
EXTERNAL_ETCD = (
    f"{PKI}/etcd/ca.crt",
    f"{PKI}/apiserver-etcd-client.crt",
    f"{PKI}/apiserver-etcd-client.key",
)
PRIVATE = 0o600


def authority(machine: Machine) -> Authority:
    """Raises ProgramFailed unless all the shared files are there."""
    external = machine.has(EXTERNAL_ETCD[-1])
    for path in (*SHARED, *(EXTERNAL_ETCD if external else OWN_ETCD)):
        if not machine.has(path):
            raise ProgramFailed(f"failure loading certificate: couldn't load {path}\n")
    return Authority(machine.read(f"{PKI}/ca.crt"), machine.read(f"{PKI}/ca.key"))


def make_certificates(machine: Machine, hosts: list[str], server: str) -> None:
    """The API server's, and the administrator's kubeconfig for `server`."""
    issuer = authority(machine)
    serving = server_certificate(issuer, hosts)
    machine.write(f"{PKI}/apiserver.crt", serving.certificate)
    machine.write(f"{PKI}/apiserver.key", serving.private_key, PRIVATE)
    admin = client_certificate(issuer, "kubernetes-admin", "kubeadm:cluster-admins")
    cluster = {"server": server, "certificate-authority-data": _encoded(issuer.certificate)}
    user = {
        "client-certificate-data": _encoded(admin.certificate),
        "client-key-data": _encoded(admin.private_key),
    }
    machine.write(ADMIN_CONFIG, json.dumps(_kubeconfig(cluster, user)), PRIVATE)


def serving_tls(machine: Machine) -> ServerTls:
    return ServerTls(
        certificate=machine.read(f"{PKI}/apiserver.crt"),
        private_key=machine.read(f"{PKI}/apiserver.key"),
        client_authority=machine.read(f"{PKI}/ca.crt"),
    )


def etcd_tls(machine: Machine, address: str) -> ServerTls | None:
    """Made afresh at each start. None where the master runs no etcd of its own."""
    if not all(machine.has(path) for path in OWN_ETCD):
        return None
    issuer = Authority(*map(machine.read, OWN_ETCD))
    own = etcd_certificate(issuer, machine.name, [address])
    return ServerTls(own.certificate, own.private_key, issuer.certificate)


def _kubeconfig(cluster: dict[str, str], user: dict[str, str]) -> dict[str, object]:
    context = {"cluster": "kubernetes", "user": "kubernetes-admin"}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "kubernetes", "cluster": cluster}],
        "users": [{"name": "kubernetes-admin", "user": user}],
        "contexts": [{"name": "kubernetes-admin@kubernetes", "context": context}],
        "current-context": "kubernetes-admin@kubernetes",
    }


def _encoded(pem: str) -> str:
    return base64.b64encode(pem.encode()).decode()
