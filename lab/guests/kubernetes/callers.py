"""Who calls, and what they may do: client certificates and bootstrap tokens, no more."""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.guests.kubernetes.cluster import InMemoryCluster
from lab.guests.kubernetes.errors import ApiError

ADMINISTRATORS = {"system:masters", "kubeadm:cluster-admins"}
PUBLIC_PATHS = {"/livez", "/readyz", "/healthz", "/version", "/version/"}


@dataclass(frozen=True)
class Caller:
    name: str
    groups: frozenset[str] = frozenset()


def identify(
    cluster: InMemoryCluster, certificate: Mapping[str, Any] | None, authorization: str
) -> Caller | None:
    """`certificate` is what `SSLSocket.getpeercert` answers: the handshake has verified it.

    One that has ended since is nobody's: an API server looks at each request.
    """
    if certificate:
        if ssl.cert_time_to_seconds(certificate["notAfter"]) <= time.time():
            return None
        return _from_subject(certificate["subject"])
    token = authorization.removeprefix("Bearer ")
    if token != authorization and cluster.accepts_token(token):
        groups = frozenset({"system:bootstrappers"})
        return Caller(f"system:bootstrap:{token.partition('.')[0]}", groups)
    return None


def authorize(caller: Caller | None, method: str, path: str) -> None:
    """Raises 401 for nobody, 403 for somebody who may not."""
    if path in PUBLIC_PATHS or (caller and caller.groups & ADMINISTRATORS):
        return
    if caller is None:
        raise ApiError(401, "Unauthorized", "Unauthorized")
    if _is_node_business(caller, method, path):
        return
    raise ApiError(403, "Forbidden", f'User "{caller.name}" cannot {method} {path}')


def _is_node_business(caller: Caller, method: str, path: str) -> bool:
    if "system:nodes" in caller.groups:
        own = "/api/v1/nodes/" + caller.name.removeprefix("system:node:")
        return path in (own, own + "/status") or (method, path) == ("POST", "/api/v1/nodes")
    if "system:bootstrappers" in caller.groups:
        reads_one = method == "GET" and path.startswith("/api/v1/nodes/")
        return reads_one or (method, path) == ("POST", "/api/v1/nodes")
    return False


def _from_subject(subject: tuple[tuple[tuple[str, str], ...], ...]) -> Caller:
    pairs = [pair for relative in subject for pair in relative]
    names = [value for key, value in pairs if key == "commonName"]
    groups = frozenset(value for key, value in pairs if key == "organizationName")
    return Caller(names[0] if names else "", groups)
