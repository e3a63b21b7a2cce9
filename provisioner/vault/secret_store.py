"""Secrets in KV version 2. Raises hvac's errors: callers run it in a session."""

from collections.abc import Mapping

import hvac
from hvac.exceptions import Forbidden, InvalidPath, InvalidRequest

from provisioner.vault.layout import KV_MOUNT


def write(client: hvac.Client, path: str, values: Mapping[str, str]) -> None:
    client.secrets.kv.v2.create_or_update_secret(path, dict(values), mount_point=KV_MOUNT)


def read(client: hvac.Client, path: str) -> dict[str, str]:
    answer = client.secrets.kv.v2.read_secret_version(
        path, mount_point=KV_MOUNT, raise_on_deleted_version=True
    )
    values: dict[str, str] = answer["data"]["data"]
    return values


def write_once(client: hvac.Client, path: str, values: Mapping[str, str]) -> dict[str, str]:
    """Stores the values unless others are there, and returns those that are there now.

    Of any number of callers exactly one wins, and all get the winner's values.
    """
    try:
        client.secrets.kv.v2.create_or_update_secret(
            path, dict(values), cas=0, mount_point=KV_MOUNT
        )
    except (InvalidRequest, Forbidden) as refusal:
        if _is_another_fault(refusal):
            raise
        return read(client, path)
    return dict(values)


def _is_another_fault(refusal: InvalidRequest | Forbidden) -> bool:
    """Losing shows as a failed check-and-set, or as 403 where the policy forbids overwriting."""
    return isinstance(refusal, InvalidRequest) and "check-and-set" not in str(refusal)


def delete(client: hvac.Client, path: str) -> None:
    """Removes every version. Gone already is success."""
    client.secrets.kv.v2.delete_metadata_and_all_versions(path, mount_point=KV_MOUNT)


def delete_below(client: hvac.Client, folder: str) -> None:
    for name in _names_in(client, folder):
        path = f"{folder}/{name}"
        if name.endswith("/"):
            delete_below(client, path.rstrip("/"))
        else:
            delete(client, path)


def _names_in(client: hvac.Client, folder: str) -> list[str]:
    try:
        answer = client.secrets.kv.v2.list_secrets(folder, mount_point=KV_MOUNT)
    except InvalidPath:
        return []
    names: list[str] = answer["data"]["keys"]
    return names
