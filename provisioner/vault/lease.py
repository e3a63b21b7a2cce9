"""A Vault token and how long it lasts."""

import math
from dataclasses import dataclass
from typing import Any, Self

from pydantic import SecretStr

RENEWAL_POINT = 2 / 3


@dataclass(frozen=True)
class Lease:
    """Times are seconds of the monotonic clock."""

    token: SecretStr
    granted_seconds: float
    renew_at: float
    expires_at: float
    renewable: bool

    @classmethod
    def granted(cls, auth: dict[str, Any], now: float) -> Self:
        """`auth` is that part of a login's or renewal's answer; 0 seconds mean for ever."""
        seconds = float(auth["lease_duration"]) or math.inf
        return cls(
            token=SecretStr(auth["client_token"]),
            granted_seconds=seconds,
            renew_at=now + seconds * RENEWAL_POINT,
            expires_at=now + seconds,
            renewable=bool(auth["renewable"]),
        )
