"""Certificate authorities as PKI mounts. Raises hvac's errors: callers run it in a session."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import hvac
from hvac.exceptions import InvalidPath, InvalidRequest
from pydantic import BaseModel, SecretStr

from provisioner.vault.authority import Authority


class ClientRole(StrEnum):
    """Whom an administrator's certificate is for; each is a role of the Kubernetes mount."""

    ADMIN = "admin"
    PROVISIONER = "provisioner"


class IssuedCertificate(BaseModel, frozen=True, hide_input_in_errors=True):
    """PEM. `authority` is what signed it."""

    certificate: str
    private_key: SecretStr
    authority: str
    expires_at: datetime


_CLIENT: dict[str, Any] = {
    "allow_any_name": True,
    "enforce_hostnames": False,
    "cn_validations": ["disabled"],
    "allow_ip_sans": False,
    "client_flag": True,
    "server_flag": False,
    "key_type": "ec",
    "key_bits": 256,
    "key_usage": ["DigitalSignature"],
    "not_before_duration": "5m",
    "no_store": True,
}

# Not system:masters, which nobody could take away: a binding in the cluster gives the power.
ROLES: dict[ClientRole, dict[str, Any]] = {
    ClientRole.ADMIN: {"organization": "kubeadm:cluster-admins", "ttl": "1h", "max_ttl": "24h"},
    ClientRole.PROVISIONER: {
        "organization": "kubeadm:cluster-admins",
        "ttl": "10m",
        "max_ttl": "10m",
    },
}
# etcd asks for no more than a certificate of its authority.
ETCD_ROLE: dict[str, Any] = {"ttl": "10m", "max_ttl": "10m"}


def ensure_authority(
    client: hvac.Client, mount: str, authority: Authority, description: str
) -> None:
    """The mount exists and holds this authority alone. What holds another one is made anew."""
    ensure_mount(client, mount, description)
    current = read_or_empty(client, mount)
    if current.strip() == authority.certificate.strip():
        return
    if current:
        remove(client, mount)
        ensure_mount(client, mount, description)
    bundle = authority.certificate + authority.private_key.get_secret_value()
    client.secrets.pki.submit_ca_information(bundle, mount_point=mount)


def ensure_roles(client: hvac.Client, mount: str) -> None:
    for role, specific in ROLES.items():
        client.secrets.pki.create_or_update_role(role, _CLIENT | specific, mount_point=mount)


def ensure_etcd_role(client: hvac.Client, mount: str) -> None:
    client.secrets.pki.create_or_update_role(
        ClientRole.PROVISIONER, _CLIENT | ETCD_ROLE, mount_point=mount
    )


def issue(
    client: hvac.Client,
    mount: str,
    role: str,
    common_name: str,
    ttl_seconds: int,
    names: Mapping[str, str] | None = None,
) -> IssuedCertificate:
    """`names`: further ones, as `alt_names` and `ip_sans` of Vault's API."""
    parameters = {"ttl": f"{ttl_seconds}s", "exclude_cn_from_sans": True, **(names or {})}
    data = client.secrets.pki.generate_certificate(
        role, common_name, parameters, mount_point=mount
    )["data"]
    return IssuedCertificate(
        certificate=data["certificate"],
        private_key=data["private_key"],
        authority=data["issuing_ca"],
        expires_at=datetime.fromtimestamp(data["expiration"], UTC),
    )


def read(client: hvac.Client, mount: str) -> str:
    """PEM of the authority; InvalidPath while there is none."""
    found = read_or_empty(client, mount)
    if not found:
        raise InvalidPath(f"no authority in {mount}")
    return found.strip() + "\n"


def remove(client: hvac.Client, mount: str) -> None:
    """Unmounts; keys and certificates go with it. Gone already is success."""
    client.sys.disable_secrets_engine(mount)


def read_or_empty(client: hvac.Client, mount: str) -> str:
    return str(client.secrets.pki.read_ca_certificate(mount_point=mount))


def ensure_mount(client: hvac.Client, mount: str, description: str) -> None:
    lives = {"default_lease_ttl": "24h", "max_lease_ttl": "87600h"}
    try:
        client.sys.enable_secrets_engine("pki", mount, description=description, config=lives)
    except InvalidRequest as refusal:
        if "path is already in use" not in str(refusal):
            raise
