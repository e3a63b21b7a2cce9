"""Tries a cluster's endpoints in order until one answers."""

import ssl
from collections.abc import Callable, Sequence
from typing import TypeVar

import urllib3
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import NameResolutionError

from provisioner.attempts import Attempt, distrust, summed_up
from provisioner.kubernetes.client import EndpointClient
from provisioner.kubernetes.errors import (
    ApiUnreachable,
    ApiUntrusted,
    CredentialsRefused,
    KubernetesError,
    RequestRefused,
)

T = TypeVar("T")
_SERVER_ERRORS = range(500, 600)
_TOO_MANY_REQUESTS = 429
_UNAUTHORIZED = 401


Problem = Attempt[KubernetesError]


class Endpoints:
    """`host:port` each, the preferred one first; the one that answered last is tried first."""

    def __init__(
        self, endpoints: Sequence[str], context: ssl.SSLContext, timeout_seconds: float
    ) -> None:
        self._clients = [EndpointClient(each, context, timeout_seconds) for each in endpoints]

    def call(self, purpose: str, work: Callable[[EndpointClient], T]) -> T:
        """Does `work` at the first endpoint that answers, so it must be idempotent.

        `purpose` completes "can't ...". Raises ApiUnreachable, ApiUntrusted, CredentialsRefused
        or RequestRefused.
        """
        problems: list[Problem] = []
        for client in list(self._clients):
            try:
                result = work(client)
            except (urllib3.exceptions.HTTPError, ApiException) as cause:
                problems.append(_problem(client.endpoint, purpose, cause))
            else:
                self._prefer(client)
                return result
        raise summed_up(purpose, problems, ApiUnreachable, "it has no endpoint yet")

    def close(self) -> None:
        for client in self._clients:
            client.disconnect()

    def _prefer(self, client: EndpointClient) -> None:
        """In one assignment: several threads may ask at once."""
        if self._clients[0] is not client:
            self._clients = [client, *(one for one in self._clients if one is not client)]


def _problem(endpoint: str, purpose: str, cause: Exception) -> Problem:
    """Raises what is the API's own answer, so that no other endpoint would say otherwise."""
    status = cause.status if isinstance(cause, ApiException) else None
    if not status:
        return _connection_problem(endpoint, cause)
    if status in _SERVER_ERRORS or status == _TOO_MANY_REQUESTS:
        return Attempt(ApiUnreachable, f"{endpoint} answers {status}", cause)
    if status == _UNAUTHORIZED:
        message = f"can't {purpose}: {endpoint} does not accept our client certificate"
        raise CredentialsRefused(message) from cause
    raise RequestRefused(f"can't {purpose}: {endpoint} answers {status}") from cause


def _connection_problem(endpoint: str, cause: Exception) -> Problem:
    if isinstance(cause, NameResolutionError):
        return Attempt(ApiUnreachable, f"{endpoint} is a name that our DNS does not know", cause)
    match distrust(str(cause)):
        case "theirs":
            text = f"{endpoint} is not certified by the cluster's authority"
            return Attempt(ApiUntrusted, text, cause)
        case "ours":
            return Attempt(CredentialsRefused, f"{endpoint} refuses our client certificate", cause)
    return Attempt(ApiUnreachable, f"{endpoint} does not answer", cause)
