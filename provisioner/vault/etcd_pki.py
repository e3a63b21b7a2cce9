"""The authority of an etcd cluster: its key is made in Vault and never leaves it.

Raises hvac's errors: callers run it in a session.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import hvac
from cryptography import x509
from hvac.exceptions import InvalidPath

from provisioner.vault import pki
from provisioner.vault.authority import LIFE
from provisioner.vault.pki import IssuedCertificate

MEMBER, CLIENT = "member", "client"
# All members' common name: by it they tell each other from clients, who have the same authority.
MEMBER_NAME = "etcd-member"
# Nothing renews what members and API servers hold as long as their machines live.
LEAF_LIFE = timedelta(days=5 * 365)
_MARGIN = timedelta(hours=1)

_LEAF: dict[str, Any] = {
    "allow_any_name": True,
    "enforce_hostnames": False,
    "cn_validations": ["disabled"],
    "client_flag": True,
    "key_type": "ec",
    "key_bits": 256,
    "key_usage": ["DigitalSignature"],
    "not_before_duration": "5m",
    "max_ttl": f"{int(LEAF_LIFE.total_seconds())}s",
    "no_store": True,
}
# etcd's members call each other, and its gateway calls itself: they are clients, too.
_ROLES: dict[str, dict[str, Any]] = {
    MEMBER: {"server_flag": True, "allow_ip_sans": True},
    CLIENT: {"server_flag": False, "allow_ip_sans": False},
}


def ensure_authority(client: hvac.Client, mount: str, name: str) -> None:
    """Idempotent: of two that generate at once, the first one's stays the default issuer."""
    pki.ensure_mount(client, mount, f"etcd authority of etcd cluster {name}")
    if not pki.read_or_empty(client, mount):
        parameters = {
            "key_type": "ec",
            "key_bits": 256,
            "ttl": f"{int(LIFE.total_seconds())}s",
            "exclude_cn_from_sans": True,
            "max_path_length": 0,
        }
        client.secrets.pki.generate_root(
            "internal", "etcd-ca", extra_params=parameters, mount_point=mount
        )
    for role, specific in _ROLES.items():
        client.secrets.pki.create_or_update_role(role, _LEAF | specific, mount_point=mount)


def issue_member(client: hvac.Client, mount: str, name: str, address: str) -> IssuedCertificate:
    """For serving, and for calling the other members. Also good for the machine's own loopback."""
    names = {"alt_names": f"{name},localhost", "ip_sans": f"{address},127.0.0.1"}
    return pki.issue(client, mount, MEMBER, MEMBER_NAME, _life(client, mount), names)


def issue_client(
    client: hvac.Client, mount: str, common_name: str, ttl_seconds: int | None = None
) -> IssuedCertificate:
    """Without a time: for as long as a machine lives."""
    seconds = ttl_seconds or _life(client, mount)
    return pki.issue(client, mount, CLIENT, common_name, seconds)


def _life(client: hvac.Client, mount: str) -> int:
    """No leaf outlives its authority. In seconds."""
    pem = pki.read_or_empty(client, mount)
    if not pem:
        raise InvalidPath(f"no authority in {mount}")
    ends = x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc
    return int(min(LEAF_LIFE, ends - _MARGIN - datetime.now(UTC)).total_seconds())
