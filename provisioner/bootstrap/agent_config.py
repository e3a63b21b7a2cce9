"""The agent's configuration file, the one place of a node where its token lies."""

import json
from typing import Any

from provisioner.bootstrap.identity import Identity, ServiceAccess
from provisioner.bootstrap.model import NicConfig, NodeBootstrap
from provisioner.bootstrap.proxies import incomplete_drop_ins
from provisioner.bootstrap.way import Way


def agent_config(node: NodeBootstrap, way: Way) -> str:
    access = ServiceAccess(
        url=node.api_url,
        authority=node.api_authority,
        poll_seconds=node.poll_seconds,
        bootstrap_seconds=node.bootstrap_seconds,
    )
    return of_any_role(
        node,
        {"pool": node.node_pool, "role": node.role},
        access,
        nic=_nic(node.nics[0]),
        keepalived=node.floats,
        kubernetes={"version": node.kubernetes.version},
        proxy_drop_ins=incomplete_drop_ins(node),
        **way.settings,
    )


def of_any_role(
    own: Identity | NodeBootstrap, place: dict[str, str], access: ServiceAccess, **more: Any
) -> str:
    """`place`: its pool and role. `more`: what the module of its role reads."""
    document = {
        "node": {"name": own.node_name, **place},
        "api": {
            "url": access.url,
            "authority": access.authority,
            "organisation": own.org_number,
            "cluster": own.cluster_number,
            "token": own.token.get_secret_value(),
        },
        "poll_seconds": access.poll_seconds,
        "bootstrap_seconds": access.bootstrap_seconds,
        **more,
    }
    return json.dumps(document, indent=1) + "\n"


def _nic(nic: NicConfig) -> dict[str, str | None]:
    return {"mac": nic.mac.lower(), "address": nic.address and nic.address.split("/")[0]}
