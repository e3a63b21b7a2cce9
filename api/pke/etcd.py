"""GET etcd/member: what an etcd member runs with. 503 until it may start."""

import json

from fastapi import APIRouter, Response

from api.pke.prefixes import CLUSTER
from api.pke.schemas import EtcdMemberFiles
from api.pke.visitors import EtcdMember
from api.problems import Problem
from api.services import Use
from provisioner.bootstrap.etcd_config import MemberConfig, render
from provisioner.domain.etcd_clusters import peer_url
from provisioner.domain.ids import ResourceId
from provisioner.store import etcd_clusters, etcd_members
from provisioner.vault.etcd_pki import MEMBER_NAME
from provisioner.vault.layout import join_token_path

router = APIRouter(prefix=CLUSTER)


@router.get("/etcd/member", summary="What an etcd member runs with")
def get_member(use: Use, visitor: EtcdMember, response: Response) -> EtcdMemberFiles:
    """Its certificate is issued anew on each call; the authority's key stays in Vault."""
    config = _config(use, visitor, leads=_leads(use, visitor))
    issued = use.vault.etcd_member_certificate(
        ResourceId(visitor.resource.id), config.name, config.address
    )
    response.headers["Cache-Control"] = "no-store"
    return EtcdMemberFiles(
        configuration=render(config),
        authority=issued.authority,
        certificate=issued.certificate,
        private_key=issued.private_key.get_secret_value(),
    )


def _leads(use: Use, visitor: EtcdMember) -> bool:
    with use.database.read() as session:
        if etcd_members.queues(session, visitor.node):
            return False
    with use.database.write() as session:
        entry = etcd_members.enter(session, visitor.node)
    if entry.news:
        use.gateway.poke(visitor.resource.kind, visitor.resource.id)
    return entry.leads


def _config(use: Use, visitor: EtcdMember, *, leads: bool) -> MemberConfig:
    node, address = visitor.node, etcd_members.address(visitor.node)
    with use.database.read() as session:
        spec = etcd_clusters.spec_of(session, visitor.resource)
    return MemberConfig(
        name=node.name,
        address=address,
        cluster_token=visitor.resource.id,
        initial={node.name: peer_url(address)} if leads else _initial(use, visitor),
        joining=not leads,
        peer_name=MEMBER_NAME,
        etcd=spec.etcd,
    )


def _initial(use: Use, visitor: EtcdMember) -> dict[str, str]:
    """All members, this one among them, as they know each other since its turn has come."""
    if visitor.node.join_token_at is None:
        raise Problem(503, "it is not this member's turn to join yet", {"Retry-After": "2"})
    path = join_token_path(ResourceId(visitor.resource.id), visitor.node.id)
    found: dict[str, str] = json.loads(use.vault.read_secret(path)["initial"].get_secret_value())
    return found
