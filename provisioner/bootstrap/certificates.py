"""Which of the cluster's secrets a master keeps in which file.

All masters share these; kubeadm makes the rest of the PKI from them, with each master's own names.
"""

import json

from provisioner.bootstrap.layout import ENCRYPTION_CONFIG

PKI = "/etc/kubernetes/pki"
PUBLIC = "0644"
PRIVATE = "0600"

FILES = {
    "kubernetesCaCert": ("ca.crt", PUBLIC),
    "kubernetesCaKey": ("ca.key", PRIVATE),
    "etcdCaCert": ("etcd/ca.crt", PUBLIC),
    "etcdCaKey": ("etcd/ca.key", PRIVATE),
    "frontProxyCaCert": ("front-proxy-ca.crt", PUBLIC),
    "frontProxyCaKey": ("front-proxy-ca.key", PRIVATE),
    "saPub": ("sa.pub", PUBLIC),
    "saKey": ("sa.key", PRIVATE),
}


# In place of an etcd authority of the cluster's own. The paths are those kubeadm is told.
EXTERNAL_ETCD = {
    "externalEtcdCaCert": ("etcd/ca.crt", PUBLIC),
    "externalEtcdClientCert": ("apiserver-etcd-client.crt", PUBLIC),
    "externalEtcdClientKey": ("apiserver-etcd-client.key", PRIVATE),
}
_OWN_ETCD = ("etcdCaCert", "etcdCaKey")


def certificate_files(external_etcd: bool = False) -> list[dict[str, str]]:
    """`key` names the value in the service's answer; the agent puts it in place of @VALUE@."""
    wanted = FILES
    if external_etcd:
        kept = {key: file for key, file in FILES.items() if key not in _OWN_ETCD}
        wanted = kept | EXTERNAL_ETCD
    files = [_file(key, f"{PKI}/{path}", mode, "@VALUE@") for key, (path, mode) in wanted.items()]
    return [*files, _file("enc", ENCRYPTION_CONFIG, PRIVATE, _encryption())]


def _file(key: str, path: str, permissions: str, content: str) -> dict[str, str]:
    return {"key": key, "path": path, "permissions": permissions, "content": content}


def _encryption() -> str:
    provider = {"secretbox": {"keys": [{"name": "key1", "secret": "@VALUE@"}]}}
    rule = {"resources": ["secrets"], "providers": [provider, {"identity": {}}]}
    document = {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration"}
    return json.dumps(document | {"resources": [rule]})
