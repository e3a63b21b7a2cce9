"""Sets up a Vault for the service: done once by an operator, at every start by the lab.

It takes a token that may change mounts, policies and auth methods; the service itself then
logs in by the AppRole made here.
"""

import time
from datetime import timedelta
from importlib import resources

import hvac
from hvac.exceptions import InvalidRequest
from pydantic import BaseModel, SecretStr

from provisioner.vault import layout

SECONDS_TO_GET_READY = 10.0


class TokenLife(BaseModel, frozen=True):
    """How long the service's token lasts unless renewed, and at most."""

    lease: timedelta = timedelta(hours=1)
    maximum: timedelta = timedelta(hours=24)


class AppRoleCredentials(BaseModel, frozen=True, hide_input_in_errors=True):
    role_id: str
    secret_id: SecretStr


def install(client: hvac.Client, life: TokenLife | None = None) -> None:
    """Secrets engines, transit keys, policy and AppRole are as this version needs them.

    Idempotent: repeat it at every upgrade. Raises hvac's errors.
    """
    _ensure_engines(client)
    _keep_one_version(client)
    client.secrets.transit.create_key(
        layout.NODE_TOKEN_KEY, key_type="ecdsa-p256", mount_point=layout.TRANSIT_MOUNT
    )
    client.secrets.transit.create_key(layout.DIGEST_KEY, mount_point=layout.TRANSIT_MOUNT)
    client.sys.create_or_update_policy(layout.POLICY, policy())
    _ensure_approle(client, life or TokenLife())


def issue_credentials(client: hvac.Client) -> AppRoleCredentials:
    """A new secret id on every call; those issued before stay valid."""
    role_id = client.auth.approle.read_role_id(layout.APPROLE)["data"]["role_id"]
    secret = client.auth.approle.generate_secret_id(layout.APPROLE)["data"]["secret_id"]
    return AppRoleCredentials(role_id=role_id, secret_id=secret)


def policy() -> str:
    """The text of the least-privilege policy, for operators who install by other means."""
    return resources.files("provisioner.vault").joinpath("policy.hcl").read_text()


def _ensure_engines(client: hvac.Client) -> None:
    mounted = client.sys.list_mounted_secrets_engines()["data"]
    if f"{layout.KV_MOUNT}/" not in mounted:
        client.sys.enable_secrets_engine("kv", layout.KV_MOUNT, options={"version": "2"})
    if f"{layout.TRANSIT_MOUNT}/" not in mounted:
        client.sys.enable_secrets_engine("transit", layout.TRANSIT_MOUNT)


def _keep_one_version(client: hvac.Client) -> None:
    """A new KV engine answers 400 for a moment, until it has made itself versioned."""
    deadline = time.monotonic() + SECONDS_TO_GET_READY
    while True:
        try:
            client.secrets.kv.v2.configure(max_versions=1, mount_point=layout.KV_MOUNT)
        except InvalidRequest:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _ensure_approle(client: hvac.Client, life: TokenLife) -> None:
    try:
        client.sys.enable_auth_method("approle")
    except InvalidRequest as refusal:
        if "path is already in use" not in str(refusal):
            raise
    client.auth.approle.create_or_update_approle(
        layout.APPROLE,
        token_policies=[layout.POLICY],
        token_no_default_policy=True,
        token_ttl=f"{int(life.lease.total_seconds())}s",
        token_max_ttl=f"{int(life.maximum.total_seconds())}s",
    )
