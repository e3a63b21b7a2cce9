"""hvac's errors in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

from hvac import exceptions as hvac
from requests import RequestException
from requests.exceptions import SSLError

from provisioner.vault.errors import (
    AccessForbidden,
    RequestRefused,
    SecretNotFound,
    VaultError,
    VaultUnavailable,
    VaultUntrusted,
)

_UNAVAILABLE = (
    RequestException,
    hvac.VaultDown,
    hvac.BadGateway,
    hvac.InternalServerError,
    hvac.RateLimitExceeded,
    hvac.VaultNotInitialized,
)


@contextmanager
def translated(purpose: str) -> Iterator[None]:
    """`purpose` completes "can't ...", such as "read the secret vcenters/1"."""
    try:
        yield
    except (*_UNAVAILABLE, hvac.VaultError) as cause:
        raise _translate(cause, purpose) from cause


def _translate(cause: Exception, purpose: str) -> VaultError:
    if isinstance(cause, SSLError):
        advice = "give this service the CA bundle that Vault's certificate was issued by"
        return VaultUntrusted(f"can't {purpose}: Vault's certificate is not trusted; {advice}")
    if isinstance(cause, _UNAVAILABLE):
        advice = "check that Vault runs, is unsealed and can be reached"
        return VaultUnavailable(f"can't {purpose}: Vault does not answer; {advice}")
    if isinstance(cause, hvac.Forbidden | hvac.Unauthorized):
        advice = "compare the role's policy with the one this version ships"
        return AccessForbidden(f"can't {purpose}: Vault's policy forbids it; {advice}")
    if isinstance(cause, hvac.InvalidPath):
        return SecretNotFound(f"can't {purpose}: nothing is there")
    return RequestRefused(f"can't {purpose}: Vault calls the request invalid")
