"""Bootstrap tokens, kept as the Secrets that Kubernetes keeps them in."""

import base64
import hmac
from datetime import UTC, datetime, timedelta

from lab.guests.kubernetes.objects import Object, ObjectStore
from lab.guests.kubernetes.resources import SECRETS

NAMESPACE = "kube-system"


def secret_name(token_id: str) -> str:
    return f"bootstrap-token-{token_id}"


def token_secret(token: str, expires_at: datetime) -> Object:
    token_id, _, secret = token.partition(".")
    return {
        "metadata": {"name": secret_name(token_id)},
        "type": "bootstrap.kubernetes.io/token",
        "stringData": {
            "token-id": token_id,
            "token-secret": secret,
            "expiration": expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "usage-bootstrap-authentication": "true",
            "auth-extra-groups": "system:bootstrappers:kubeadm:default-node-token",
        },
    }


def accepts(objects: ObjectStore, token: str, now: datetime) -> bool:
    token_id, _, secret = token.partition(".")
    found = objects.find(SECRETS, NAMESPACE, secret_name(token_id))
    if found is None or found.get("type") != "bootstrap.kubernetes.io/token":
        return False
    data = {key: base64.b64decode(value).decode() for key, value in found["data"].items()}
    return (
        hmac.compare_digest(data.get("token-secret", ""), secret)
        and data.get("usage-bootstrap-authentication") == "true"
        and now < _expiry(data)
    )


def _expiry(data: dict[str, str]) -> datetime:
    if "expiration" not in data:
        return datetime.now(UTC) + timedelta(days=1)
    return datetime.fromisoformat(data["expiration"])
