"""Kubeconfigs we issue ourselves: what a node hands in could make its reader run programs."""

import base64

import yaml

from provisioner.vault.pki import IssuedCertificate


def render(cluster: str, server: str, user: str, issued: IssuedCertificate) -> str:
    context = f"{user}@{cluster}"
    credentials = {
        "client-certificate-data": _base64(issued.certificate),
        "client-key-data": _base64(issued.private_key.get_secret_value()),
    }
    place = {"server": server, "certificate-authority-data": _base64(issued.authority)}
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": cluster, "cluster": place}],
            "users": [{"name": user, "user": credentials}],
            "contexts": [{"name": context, "context": {"cluster": cluster, "user": user}}],
            "current-context": context,
        },
        sort_keys=False,
    )


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
