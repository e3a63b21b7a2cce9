"""Node tokens: JWTs that Vault signed. What they still allow, the node's row decides."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.algorithms import AllowedPublicKeys
from pydantic import BaseModel, ValidationError

AUDIENCE = "pke-provisioner/node"
ISSUER = "pke-provisioner"
_REFRESH_SECONDS = 5.0
_LEEWAY_SECONDS = 30


class Claims(BaseModel):
    """`org` and `cluster` are the numbers in the node API's paths."""

    jti: str
    node: str
    org: int
    cluster: int
    role: str


@dataclass
class _Keys:
    by_kid: dict[str, AllowedPublicKeys]
    fetched_at: float


class NodeTokens:
    """Verifies without asking Vault: its public keys are kept, and fetched for an unknown kid."""

    def __init__(
        self, fetch: Callable[[], dict[str, str]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch, self._clock = fetch, clock
        self._lock = threading.Lock()
        self._keys: _Keys | None = None

    def verify(self, token: str) -> Claims | None:
        """None for any token that is not a sound one of ours. Raises VaultError."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = self._key(kid) if isinstance(kid, str) else None
            if key is None:
                return None
            payload = jwt.decode(
                token,
                key,
                algorithms=["ES256"],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "jti", "sub", "aud", "iss"]},
            )
            return Claims.model_validate(payload)
        except (jwt.InvalidTokenError, ValidationError, ValueError):
            return None

    def _key(self, kid: str) -> AllowedPublicKeys | None:
        with self._lock:
            known = self._keys
            if known and kid in known.by_kid:
                return known.by_kid[kid]
            # A stranger's kid must not make us ask Vault at the stranger's pace.
            if known is None or self._clock() - known.fetched_at >= _REFRESH_SECONDS:
                known = self._keys = _Keys(_loaded(self._fetch()), self._clock())
            return known.by_kid.get(kid)


def _loaded(pems: dict[str, str]) -> dict[str, AllowedPublicKeys]:
    return {kid: load_pem_public_key(pem.encode()) for kid, pem in pems.items()}  # type: ignore[misc]
