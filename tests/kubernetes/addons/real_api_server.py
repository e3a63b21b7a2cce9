"""kube-apiserver and etcd of the lab's Kubernetes on loopback: no node, but the real API."""

import contextlib
import ssl
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lab.guests.kubernetes.certificates import Authority, KeyPair
from lab.kubernetes.binaries import binaries
from lab.ports import free_port
from lab.processes import Command, start_ready

READY_SECONDS = 90


@contextlib.contextmanager
def real_api_server(folder: Path, authority: Authority, serving: KeyPair) -> Iterator[str]:
    """`host:port` of an API that trusts client certificates of `authority`."""
    programs = binaries()
    store = f"http://127.0.0.1:{free_port()}"
    etcd = start_ready(_etcd(programs, folder, store), folder, lambda: _answers(store), 30)
    try:
        port = free_port()
        command = _api_server(programs, folder, store, port, authority, serving)
        url = f"https://127.0.0.1:{port}"
        api = start_ready(
            command, folder, lambda: _answers(url, authority.certificate), READY_SECONDS
        )
        try:
            yield f"127.0.0.1:{port}"
        finally:
            api.kill()
    finally:
        etcd.kill()


def _etcd(programs: Path, folder: Path, url: str) -> Command:
    peers = f"http://127.0.0.1:{free_port()}"
    return Command(
        "etcd",
        (
            str(programs / "etcd"),
            f"--data-dir={folder / 'etcd'}",
            f"--listen-client-urls={url}",
            f"--advertise-client-urls={url}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}",
            "--unsafe-no-fsync",
        ),
    )


def _api_server(
    programs: Path, folder: Path, store: str, port: int, authority: Authority, serving: KeyPair
) -> Command:
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    files = {
        "ca.crt": authority.certificate,
        "api.crt": serving.certificate,
        "api.key": serving.private_key,
        "accounts.key": private.decode(),
        "accounts.pub": public.decode(),
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    return Command(
        "kube-apiserver",
        (
            str(programs / "kube-apiserver"),
            f"--etcd-servers={store}",
            "--bind-address=127.0.0.1",
            f"--secure-port={port}",
            f"--client-ca-file={folder / 'ca.crt'}",
            f"--tls-cert-file={folder / 'api.crt'}",
            f"--tls-private-key-file={folder / 'api.key'}",
            f"--service-account-key-file={folder / 'accounts.pub'}",
            f"--service-account-signing-key-file={folder / 'accounts.key'}",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--endpoint-reconciler-type=none",
            "--authorization-mode=RBAC",
            "--allow-privileged",
        ),
    )


def _answers(url: str, authority: str | None = None) -> bool:
    context = ssl.create_default_context(cadata=authority) if authority else None
    path = "readyz" if authority else "health"
    try:
        with urllib.request.urlopen(f"{url}/{path}", context=context, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False
