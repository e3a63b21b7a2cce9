"""Bootstrap tokens: what lets one kubelet ask for its first certificate."""

import secrets
import string
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime, BaseModel, SecretStr

NAMESPACE = "kube-system"
GROUP = "system:bootstrappers:kubeadm:default-node-token"
_ALPHABET = string.ascii_lowercase + string.digits


class BootstrapToken(BaseModel, frozen=True, hide_input_in_errors=True):
    """The id (6 characters) is public, the secret (16) is not."""

    token_id: str
    secret: SecretStr
    expires_at: AwareDatetime
    description: str

    @property
    def value(self) -> SecretStr:
        """`id.secret`, as kubeadm wants it."""
        return SecretStr(f"{self.token_id}.{self.secret.get_secret_value()}")


def new_bootstrap_token(now: datetime, ttl: timedelta, description: str) -> BootstrapToken:
    return BootstrapToken(
        token_id=_random(6),
        secret=SecretStr(_random(16)),
        expires_at=now + ttl,
        description=description,
    )


def secret_name(token_id: str) -> str:
    return f"bootstrap-token-{token_id}"


def secret_data(token: BootstrapToken) -> dict[str, str]:
    """The `stringData` of the token's Secret. Signing is for joiners that know only a hash."""
    return {
        "token-id": token.token_id,
        "token-secret": token.secret.get_secret_value(),
        "expiration": token.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "usage-bootstrap-authentication": "true",
        "usage-bootstrap-signing": "true",
        "auth-extra-groups": GROUP,
        "description": token.description,
    }


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
