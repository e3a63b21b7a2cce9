"""Node tokens: JWTs that Vault signed. What they still allow, the node's row decides."""

import math
import threading
import time
from collections.abc import Callable

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.algorithms import AllowedPublicKeys
from pydantic import BaseModel, ValidationError

from provisioner.domain.clusters import TOKEN_AUDIENCE, TOKEN_ISSUER
from provisioner.vault.errors import VaultError, VaultUnavailable

_REFRESH_SECONDS = 5.0
_LEEWAY_SECONDS = 30


class Claims(BaseModel):
    """`org` and `cluster` are the numbers in the node API's paths."""

    jti: str
    node: str
    org: int
    cluster: int
    role: str


class NodeTokens:
    """Verifies without asking Vault: its public keys are kept, and fetched for an unknown kid."""

    def __init__(
        self, fetch: Callable[[], dict[str, str]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch, self._clock = fetch, clock
        self._lock = threading.Lock()
        self._keys: dict[str, AllowedPublicKeys] = {}
        self._trouble: VaultError | None = None
        self._next_fetch_at = -math.inf

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
                audience=TOKEN_AUDIENCE,
                issuer=TOKEN_ISSUER,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "jti", "sub", "aud", "iss"]},
            )
            return Claims.model_validate(payload)
        except (jwt.InvalidTokenError, ValidationError, ValueError):
            return None

    def _key(self, kid: str) -> AllowedPublicKeys | None:
        # Known keys wait for nobody, least of all for a stranger's unknown one.
        return self._keys.get(kid) or self._fetched(kid)

    def _fetched(self, kid: str) -> AllowedPublicKeys | None:
        """A stranger's kid must not make us ask Vault at the stranger's pace."""
        with self._lock:
            if kid not in self._keys and self._clock() >= self._next_fetch_at:
                self._next_fetch_at = self._clock() + _REFRESH_SECONDS
                self._refresh()
            if kid not in self._keys and self._trouble:
                raise VaultUnavailable("the keys of node tokens can't be read") from self._trouble
            return self._keys.get(kid)

    def _refresh(self) -> None:
        """Trouble is kept: what can't be known yet is no reason to refuse anybody."""
        try:
            self._keys, self._trouble = _loaded(self._fetch()), None
        except VaultError as err:
            self._trouble = err


def _loaded(pems: dict[str, str]) -> dict[str, AllowedPublicKeys]:
    # Vault's key is of a type that PyJWT allows, which this function's type can't tell.
    return {kid: load_pem_public_key(pem.encode()) for kid, pem in pems.items()}  # type: ignore[misc]
