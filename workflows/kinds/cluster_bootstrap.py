"""A cluster's node as the bootstrapper wants it."""

from datetime import datetime
from typing import Any

from pydantic import SecretStr

from provisioner.bootstrap.model import NicConfig, NodeBootstrap
from provisioner.domain.clusters import TOKEN_AUDIENCE, TOKEN_ISSUER, role
from provisioner.domain.machines import NicPlan
from provisioner.domain.spec.cluster import ClusterSpec, NodePool
from provisioner.settings import Settings
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
        "role": role(node.group),
        "org": resource.org_id,
        "cluster": resource.number,
        "node": node.id,
        "name": node.name,
        "attempt": node.attempt,
    }


def bootstrap(
    spec: ClusterSpec, resource: Resource, node: Node, token: SecretStr, settings: Settings
) -> NodeBootstrap:
    pool = spec.machine(node.group)
    return NodeBootstrap(
        node_name=node.name,
        cluster_name=spec.name,
        role=role(node.group),
        node_pool=node.group,
        instance_id=node.id,
        org_number=resource.org_id,
        cluster_number=resource.number,
        api_url=settings.api_url,
        api_authority=settings.api_ca_file.read_text() if settings.api_ca_file else None,
        token=token,
        poll_seconds=settings.agent_poll_seconds,
        kubernetes=spec.kubernetes,
        endpoint=spec.endpoint,
        schedulable=spec.control_plane.schedulable,
        labels=pool.labels if isinstance(pool, NodePool) else {},
        taints=pool.taints if isinstance(pool, NodePool) else (),
        ssh_keys=spec.ssh_keys,
        proxy=spec.proxy,
        trusted_cas=spec.trusted_cas,
        nics=tuple(_nic(nic) for nic in node.nics),
    )


def _nic(recorded: dict[str, Any]) -> NicConfig:
    nic = NicPlan.model_validate(recorded)
    return NicConfig(
        mac=nic.mac,
        address=nic.address,
        gateway=str(nic.gateway) if nic.gateway else None,
        nameservers=tuple(map(str, nic.nameservers)),
    )


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
