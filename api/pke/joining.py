"""GET bootstrap: how to join. 503 until it is the node's turn, which pke waits for."""

from datetime import datetime, timedelta

from fastapi import APIRouter
from sqlalchemy.orm import Session

from api.pke.prefixes import CLUSTER
from api.pke.schemas import JoinParameters
from api.pke.visitors import Member
from api.problems import Problem
from api.services import Use
from provisioner.bootstrap.discovery import authority_hash
from provisioner.domain.ids import ResourceId
from provisioner.domain.spec.endpoint import API_PORT
from provisioner.store import clusters, leadership, visits
from provisioner.store.types import utc_now
from provisioner.vault.errors import SecretNotFound
from provisioner.vault.layout import join_token_path

router = APIRouter(prefix=CLUSTER)


@router.get("/bootstrap", summary="How to join the cluster")
def get_bootstrap(use: Use, visitor: Member) -> JoinParameters:
    node = visitor.node
    if node.leading_at:
        raise Problem(409, "the leader starts the cluster; it does not join")
    if node.join_requested_at is None:
        with use.database.write() as session:
            news = visits.request_join(session, node)
        if news:
            use.gateway.poke(visitor.resource.kind, visitor.resource.id)
    if node.join_token_at is None:
        raise _not_yet()
    return _parameters(use, visitor)


def _parameters(use: Use, visitor: Member) -> JoinParameters:
    with use.database.read() as session:
        server = _server(session, visitor)
    authority = use.authorities.pem(visitor.resource.id)
    return JoinParameters(
        token=_token(use, visitor),
        discovery_token_ca_cert_hash=authority_hash(authority),
        master_address=f"{server}:{API_PORT}",
        certificate_authority=authority,
    )


def _server(session: Session, visitor: Member) -> str:
    """A master may be needed before its cluster's name is served; workers rely on the name."""
    spec = clusters.spec_of(session, visitor.resource)
    named = spec.endpoint.dns_name and spec.endpoint.balanced
    if visitor.role == "master" and named and spec.bootstrap.method == "kubeadm":
        ready = leadership.ready_member(session, visitor.resource.id)
        if ready and ready.address:
            return ready.address
    return spec.api_host


def _token(use: Use, visitor: Member) -> str:
    """One that lasts a while; when there is none, another one is on its way."""
    path = join_token_path(ResourceId(visitor.resource.id), visitor.node.id)
    try:
        secret = use.vault.read_secret(path)
    except SecretNotFound:
        raise _renewed(use, visitor) from None
    expires = datetime.fromisoformat(secret["expires"].get_secret_value())
    if expires <= utc_now() + _time_to_join(use):
        raise _renewed(use, visitor)
    return secret["token"].get_secret_value()


def _time_to_join(use: Use) -> timedelta:
    """What a node needs from asking until the cluster has seen its token, and some more."""
    return timedelta(seconds=min(60, use.settings.join_token_seconds / 4))


def _renewed(use: Use, visitor: Member) -> Problem:
    with use.database.write() as session:
        news = visits.miss_join_token(session, visitor.node)
    if news:
        use.gateway.poke(visitor.resource.kind, visitor.resource.id)
    return _not_yet()


def _not_yet() -> Problem:
    return Problem(503, "it is not this node's turn to join yet", {"Retry-After": "2"})
