"""Node tokens: JWTs (ES256) signed inside Vault, so that nobody here holds the key."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import hvac

from provisioner.vault.layout import NODE_TOKEN_KEY, TRANSIT_MOUNT


def sign(client: hvac.Client, claims: Mapping[str, Any]) -> str:
    """Signs by the newest version of the key, which `kid` names (`node-token:3`)."""
    version = _read_key(client)["latest_version"]
    header = {"alg": "ES256", "kid": _kid(version), "typ": "JWT"}
    signing_input = f"{_part(header)}.{_part(claims)}"
    answer = client.secrets.transit.sign_data(
        NODE_TOKEN_KEY,
        hash_input=base64.b64encode(signing_input.encode()).decode(),
        hash_algorithm="sha2-256",
        marshaling_algorithm="jws",
        key_version=version,
        mount_point=TRANSIT_MOUNT,
    )
    signature = answer["data"]["signature"].rpartition(":")[2]
    return f"{signing_input}.{signature}"


def public_keys(client: hvac.Client) -> dict[str, str]:
    """PEM by `kid`, of every version that still counts."""
    versions = _read_key(client)["keys"]
    return {_kid(version): key["public_key"] for version, key in versions.items()}


def _read_key(client: hvac.Client) -> dict[str, Any]:
    answer = client.secrets.transit.read_key(NODE_TOKEN_KEY, mount_point=TRANSIT_MOUNT)
    key: dict[str, Any] = answer["data"]
    return key


def _kid(version: int | str) -> str:
    return f"{NODE_TOKEN_KEY}:{version}"


def _part(content: Mapping[str, Any]) -> str:
    """Sorted and compact: the same claims give the same bytes."""
    text = json.dumps(content, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
