"""Runs work on a logged-in hvac client, one client per thread."""

import ssl
import threading
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

import hvac
import requests
from hvac.exceptions import Forbidden
from requests.adapters import HTTPAdapter

from provisioner.vault.access import VaultAccess
from provisioner.vault.login import AppRoleLogin, FixedToken, Login
from provisioner.vault.translation import translated

T = TypeVar("T")


class VaultSession:
    """Safe for any number of threads; they share one token."""

    def __init__(self, access: VaultAccess) -> None:
        self._access = access
        self._login: Login = FixedToken(access.token) if access.token else AppRoleLogin(access)
        self._local = threading.local()
        self._clients: weakref.WeakSet[hvac.Client] = weakref.WeakSet()

    def call(self, purpose: str, work: Callable[[hvac.Client], T]) -> T:
        """Does `work`, once more after a new login if the token had expired.

        `work` must therefore be idempotent. `purpose` completes "can't ...". Raises VaultError.
        """
        with translated(purpose):
            client = self._client()
            token = self._login.token(client)
            client.token = token.get_secret_value()
            try:
                return work(client)
            except Forbidden:
                if not self._login.replace(client, token):
                    raise
            client.token = self._login.token(client).get_secret_value()
            return work(client)

    def close(self) -> None:
        """Closes the connections of all threads; the session stays usable."""
        for client in list(self._clients):
            client.adapter.close()

    def _client(self) -> hvac.Client:
        if not hasattr(self._local, "client"):
            self._local.client = _new_client(self._access)
            self._clients.add(self._local.client)
        client: hvac.Client = self._local.client
        return client


def _new_client(access: VaultAccess) -> hvac.Client:
    session = requests.Session()
    if access.ca_bundle:
        session.mount("https://", _PinnedAuthorities(access.ca_bundle))
    # An empty token keeps hvac from looking for one in the environment and the home directory.
    return hvac.Client(url=access.url, token="", session=session, timeout=access.timeout_seconds)


class _PinnedAuthorities(HTTPAdapter):
    """Trusts the given PEM bundle and nothing else."""

    def __init__(self, ca_bundle: str) -> None:
        self._context = ssl.create_default_context(cadata=ca_bundle)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        """Otherwise REQUESTS_CA_BUNDLE of the environment would be trusted too."""
        return super().build_connection_pool_key_attributes(request, True, cert)

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """Otherwise the public authorities would be trusted too."""
