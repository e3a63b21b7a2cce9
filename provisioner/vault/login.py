"""Keeps one valid token for all threads of the process: login, renewal, login again."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

import hvac
from hvac.exceptions import Forbidden, InvalidRequest
from pydantic import SecretStr

from provisioner.vault.access import VaultAccess
from provisioner.vault.errors import LoginRefused
from provisioner.vault.lease import Lease


class Login(Protocol):
    def token(self, client: hvac.Client) -> SecretStr:
        """A token that should be valid now. `client` carries the calls it takes to get one."""

    def replace(self, client: hvac.Client, refused: SecretStr) -> bool:
        """After a 403: whether there is a newer token, so that a second try makes sense."""


class FixedToken:
    def __init__(self, token: SecretStr) -> None:
        self._token = token

    def token(self, client: hvac.Client) -> SecretStr:
        return self._token

    def replace(self, client: hvac.Client, refused: SecretStr) -> bool:
        return False


class AppRoleLogin:
    """Renews at two thirds of a lease; logs in again when renewing yields less than asked.

    One thread talks, the others wait for its result. Raises LoginRefused.
    """

    def __init__(self, access: VaultAccess, clock: Callable[[], float] = time.monotonic) -> None:
        self._access = access
        self._clock = clock
        self._lock = threading.Lock()
        self._lease: Lease | None = None

    def token(self, client: hvac.Client) -> SecretStr:
        with self._lock:
            self._lease = self._current(client)
            return self._lease.token

    def replace(self, client: hvac.Client, refused: SecretStr) -> bool:
        with self._lock:
            if self._lease and self._lease.token != refused:
                return True
            if self._is_valid(client, refused):
                return False
            self._lease = self._log_in(client)
            return True

    def _current(self, client: hvac.Client) -> Lease:
        lease, now = self._lease, self._clock()
        if lease is None or now >= lease.expires_at:
            return self._log_in(client)
        if now < lease.renew_at:
            return lease
        return self._renewed(client, lease) or self._log_in(client)

    def _log_in(self, client: hvac.Client) -> Lease:
        client.token = None
        secret_id = self._access.secret_id.get_secret_value()
        asked_at = self._clock()
        try:
            answer = client.auth.approle.login(self._access.role_id, secret_id, use_token=False)
        except (InvalidRequest, Forbidden) as cause:
            advice = "give this service a fresh secret id"
            message = f"Vault at {self._access.url} refuses our AppRole; {advice}"
            raise LoginRefused(message) from cause
        return Lease.granted(answer["auth"], asked_at)

    def _renewed(self, client: hvac.Client, lease: Lease) -> Lease | None:
        """None when only a new login helps: near its maximal life a token's leases shrink."""
        if not lease.renewable:
            return None
        client.token = lease.token.get_secret_value()
        asked_at = self._clock()
        try:
            renewed = Lease.granted(client.auth.token.renew_self()["auth"], asked_at)
        except (InvalidRequest, Forbidden):
            return None
        return renewed if renewed.granted_seconds >= lease.granted_seconds else None

    def _is_valid(self, client: hvac.Client, token: SecretStr) -> bool:
        client.token = token.get_secret_value()
        try:
            client.auth.token.lookup_self()
        except Forbidden:
            return False
        return True
