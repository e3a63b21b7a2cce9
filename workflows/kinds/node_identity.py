"""Who a node is, of whatever kind: its token's claims and its NICs, from what is on record."""

from datetime import datetime
from typing import Any

from provisioner.bootstrap.model import NicConfig
from provisioner.domain.clusters import TOKEN_AUDIENCE, TOKEN_ISSUER
from provisioner.domain.kinds import role
from provisioner.domain.machines import NicPlan
from provisioner.store.tables import Node, Resource


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


def nic_config(recorded: dict[str, Any]) -> NicConfig:
    nic = NicPlan.model_validate(recorded)
    return NicConfig(
        mac=nic.mac,
        address=nic.address,
        gateway=str(nic.gateway) if nic.gateway else None,
        nameservers=tuple(map(str, nic.nameservers)),
        routes=tuple((str(route.to), str(route.via)) for route in nic.routes),
    )


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
