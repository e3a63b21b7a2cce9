"""The door to Vault for the rest of the product. Synchronous: callers bring the threads."""

from collections.abc import Mapping
from typing import Any

import hvac
from hvac.exceptions import InvalidPath
from pydantic import SecretStr

from provisioner.domain.ids import ResourceId
from provisioner.vault import etcd_pki, keyed_digest, layout, node_token, pki, secret_store
from provisioner.vault.access import VaultAccess
from provisioner.vault.cluster_certificates import ClusterCertificates
from provisioner.vault.errors import MountVanished
from provisioner.vault.pki import ClientRole, IssuedCertificate
from provisioner.vault.session import VaultSession

ETCD_SECONDS = 600


class Vault:
    """Safe for any number of threads. Every method raises VaultError and nothing else."""

    def __init__(self, access: VaultAccess) -> None:
        self._session = VaultSession(access)

    def close(self) -> None:
        self._session.close()

    def ensure_cluster_authorities(self, resource_id: ResourceId, name: str) -> None:
        """Three authorities, service account keys and encryption key exist. Idempotent.

        Check-and-set on one KV entry decides which material is the cluster's; the mounts are
        then made to hold exactly that. So concurrent and crashed calls can't leave a second
        authority, nor one whose key nobody has. Only an operator who deletes the entry gets a
        new one: never do that while a VM of the cluster lives.
        """
        self._session.call(
            f"prepare the certificate authorities of cluster {name}",
            lambda client: _ensure_authorities(client, resource_id, name),
        )

    def cluster_certificates(self, resource_id: ResourceId) -> ClusterCertificates:
        """Raises SecretNotFound before `ensure_cluster_authorities` and after removal."""
        path = layout.certificates_path(resource_id)
        values = self._session.call(
            "read the cluster's certificates", lambda client: secret_store.read(client, path)
        )
        return ClusterCertificates.model_validate(values)

    def authority(self, resource_id: ResourceId) -> str:
        """PEM of the authority that verifies the cluster's API servers. Raises SecretNotFound."""
        mount = layout.authority_mount(resource_id, "kubernetes")
        return self._session.call(
            "read the cluster's certificate authority", lambda client: pki.read(client, mount)
        )

    def admin_certificate(
        self, resource_id: ResourceId, role: ClientRole, common_name: str, ttl_seconds: int
    ) -> IssuedCertificate:
        """A new client certificate on every call; a life above the role's cap is cut to it.

        Both are of the group kubeadm:cluster-admins, which the cluster itself gives its power:
        ADMIN for a day at most, PROVISIONER for ten minutes.
        """
        mount = layout.authority_mount(resource_id, "kubernetes")
        return self._session.call(
            f"issue a certificate for {common_name}",
            lambda client: pki.issue(client, mount, role, common_name, ttl_seconds),
        )

    def ensure_etcd_authority(self, resource_id: ResourceId, name: str) -> None:
        """An etcd cluster's authority exists. Idempotent. Its key never leaves Vault."""
        mount = layout.authority_mount(resource_id, "etcd")
        self._session.call(
            f"prepare the certificate authority of etcd cluster {name}",
            lambda client: etcd_pki.ensure_authority(client, mount, name),
        )

    def etcd_member_certificate(
        self, resource_id: ResourceId, name: str, address: str
    ) -> IssuedCertificate:
        """A new one on every call: server and client of the member with this name and address."""
        mount = layout.authority_mount(resource_id, "etcd")
        return self._session.call(
            f"issue a certificate for etcd member {name}",
            lambda client: etcd_pki.issue_member(client, mount, name, address),
        )

    def etcd_cluster_client(
        self, resource_id: ResourceId, common_name: str, ttl_seconds: int | None = None
    ) -> IssuedCertificate:
        """A new client certificate of an etcd cluster of VMs; without a time, for five years."""
        mount = layout.authority_mount(resource_id, "etcd")
        return self._session.call(
            f"issue an etcd client certificate for {common_name}",
            lambda client: etcd_pki.issue_client(client, mount, common_name, ttl_seconds),
        )

    def etcd_certificate(self, resource_id: ResourceId, common_name: str) -> IssuedCertificate:
        """A new client certificate on every call, for the etcd of a cluster's own masters.

        It lives ten minutes.
        """
        mount = layout.authority_mount(resource_id, "etcd")
        role = ClientRole.PROVISIONER
        return self._session.call(
            f"issue an etcd certificate for {common_name}",
            lambda client: pki.issue(client, mount, role, common_name, ETCD_SECONDS),
        )

    def remove_cluster(self, resource_id: ResourceId) -> None:
        """Unmounts the authorities and deletes every secret of the cluster. Gone is success."""
        self._session.call(
            "remove the cluster's authorities and secrets",
            lambda client: _remove_cluster(client, resource_id),
        )

    def write_secret(self, path: str, values: Mapping[str, SecretStr]) -> None:
        """Replaces what is there. `layout` and `policy.hcl` say what is ours."""
        revealed = {key: value.get_secret_value() for key, value in values.items()}
        self._session.call(
            f"write the secret {path}", lambda client: secret_store.write(client, path, revealed)
        )

    def keyed_digest(self, text: SecretStr) -> str:
        """HMAC-SHA256; who reads it can't find the text by trying."""
        shown = text.get_secret_value()
        return self._session.call(
            "make a digest of a request", lambda client: keyed_digest.make(client, shown)
        )

    def ensure_secret(self, path: str, values: Mapping[str, SecretStr]) -> dict[str, SecretStr]:
        """Writes `values` unless others are there. Returns those that are there now."""
        revealed = {key: value.get_secret_value() for key, value in values.items()}
        kept = self._session.call(
            f"keep the secret {path}",
            lambda client: secret_store.write_once(client, path, revealed),
        )
        return {key: SecretStr(value) for key, value in kept.items()}

    def read_secret(self, path: str) -> dict[str, SecretStr]:
        """Raises SecretNotFound."""
        values = self._session.call(
            f"read the secret {path}", lambda client: secret_store.read(client, path)
        )
        return {key: SecretStr(value) for key, value in values.items()}

    def delete_secret(self, path: str) -> None:
        """Every version of it. Gone already is success."""
        self._session.call(
            f"delete the secret {path}", lambda client: secret_store.delete(client, path)
        )

    def sign_node_token(self, claims: Mapping[str, Any]) -> SecretStr:
        """A JWT (ES256). Vault adds nothing: times, issuer and the like are the caller's."""
        return self._session.call(
            "sign a node token", lambda client: SecretStr(node_token.sign(client, claims))
        )

    def node_token_keys(self) -> dict[str, str]:
        """Public keys in PEM by `kid`. Worth caching until a token names an unknown `kid`."""
        return self._session.call("read the node token keys", node_token.public_keys)


def _ensure_authorities(client: hvac.Client, resource_id: ResourceId, name: str) -> None:
    certificates = _ensure_certificates(client, layout.certificates_path(resource_id))
    try:
        for each in layout.AUTHORITY_NAMES:
            mount = layout.authority_mount(resource_id, each)
            description = f"{each} authority of cluster {name}"
            pki.ensure_authority(client, mount, certificates.authority(each), description)
        pki.ensure_roles(client, layout.authority_mount(resource_id, "kubernetes"))
        pki.ensure_etcd_role(client, layout.authority_mount(resource_id, "etcd"))
    except InvalidPath as cause:
        message = f"an authority of cluster {name} was removed while it was being made"
        raise MountVanished(message) from cause


def _ensure_certificates(client: hvac.Client, path: str) -> ClusterCertificates:
    try:
        values = secret_store.read(client, path)
    except InvalidPath:
        generated = ClusterCertificates.generate().revealed()
        values = secret_store.write_once(client, path, generated)
    return ClusterCertificates.model_validate(values)


def _remove_cluster(client: hvac.Client, resource_id: ResourceId) -> None:
    for each in layout.AUTHORITY_NAMES:
        pki.remove(client, layout.authority_mount(resource_id, each))
    secret_store.delete_below(client, layout.cluster_folder(resource_id))
