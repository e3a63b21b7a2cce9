"""Who a node is, of whatever kind, from what is on record: its token, its NICs."""

from datetime import datetime
from typing import Any

from provisioner.bootstrap.identity import Identity
from provisioner.bootstrap.model import NicConfig
from provisioner.domain.clusters import TOKEN_AUDIENCE, TOKEN_ISSUER
from provisioner.domain.kinds import role
from provisioner.store.tables import Node, Resource
from provisioner.vault.vault import Vault


def identity(vault: Vault, resource: Resource, node: Node) -> Identity:
    return Identity(
        node_name=node.name,
        instance_id=node.id,
        org_number=resource.org_id,
        cluster_number=resource.number,
        token=vault.sign_node_token(claims(resource, node)),
        nics=tuple(map(NicConfig.model_validate, node.nics)),
    )


def claims(resource: Resource, node: Node) -> dict[str, Any]:
    """The node's token, from what is on record: made again, it is the same."""
    return {
        "iss": TOKEN_ISSUER,
        "aud": TOKEN_AUDIENCE,
        "sub": f"node:{node.id}",
        "jti": node.token_id,
        "iat": _seconds(node.token_issued_at),
        "exp": _seconds(node.token_expires_at),
        "role": role(resource.kind, node.group),
        "org": resource.org_id,
        "cluster": resource.number,
        "node": node.id,
        "name": node.name,
        "attempt": node.attempt,
    }


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
