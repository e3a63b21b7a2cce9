"""etcd's JSON gateway (`/v3/...`) and health page, at one member at a time."""

import json
import ssl
from typing import Any

import urllib3

from provisioner.attempts import distrust
from provisioner.etcd.errors import (
    CredentialsRefused,
    EtcdError,
    EtcdUnreachable,
    EtcdUntrusted,
    RequestRefused,
)

_SERVER_ERRORS = range(500, 600)
_NOT_FOUND = 404
# gRPC's codes in the answers: what was asked for does not fit the present state.
FAILED_PRECONDITION = 9


class PreconditionFailed(RequestRefused):
    """etcd's own guard of its quorum."""


class NoSuchMember(RequestRefused):
    pass


class Gateway:
    """Verifies by one authority. It never retries and uses no proxy: members are neighbours."""

    def __init__(self, context: ssl.SSLContext, timeout_seconds: float) -> None:
        self._pool = urllib3.PoolManager(
            ssl_context=context, retries=False, timeout=urllib3.Timeout(timeout_seconds)
        )

    def call(self, url: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST of a gRPC method. Raises EtcdError, whose text begins with the URL."""
        response = self._request("POST", url, path, json.dumps(body).encode())
        if response.status == 200:
            return _document(response)
        raise _refusal(url, response)

    def problem(self, url: str) -> str | None:
        """Why the member does not serve; None when it does. It reads through its leader."""
        try:
            response = self._request("GET", url, "/health")
        except EtcdError as err:
            return str(err).removeprefix(f"{url} ")
        answer = _document(response)
        if answer.get("health") == "true":
            return None
        return f"is not healthy: {answer.get('reason') or f'it answers {response.status}'}"

    def close(self) -> None:
        self._pool.clear()

    def _request(
        self, method: str, url: str, path: str, body: bytes | None = None
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.request(method, url + path, body=body)
        except urllib3.exceptions.HTTPError as cause:
            raise _connection_problem(url, str(cause)) from cause


def _connection_problem(url: str, told: str) -> EtcdError:
    match distrust(told):
        case "theirs":
            return EtcdUntrusted(f"{url} is not certified by the cluster's etcd authority")
        case "ours":
            return CredentialsRefused(f"{url} refuses our client certificate")
    return EtcdUnreachable(f"{url} does not answer")


def _refusal(url: str, response: urllib3.BaseHTTPResponse) -> EtcdError:
    told = _document(response)
    text = f"{url} answers {response.status}: {told.get('message') or 'without a reason'}"
    if response.status in _SERVER_ERRORS:
        return EtcdUnreachable(text)
    if told.get("code") == FAILED_PRECONDITION:
        return PreconditionFailed(text)
    return NoSuchMember(text) if response.status == _NOT_FOUND else RequestRefused(text)


def _document(response: urllib3.BaseHTTPResponse) -> dict[str, Any]:
    try:
        found = json.loads(response.data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
