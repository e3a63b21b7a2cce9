"""The agent's configuration file, the one place of a node where its token lies."""

import json

from provisioner.bootstrap.model import NicConfig, NodeBootstrap
from provisioner.bootstrap.proxies import incomplete_drop_ins
from provisioner.bootstrap.way import Way


def agent_config(node: NodeBootstrap, way: Way) -> str:
    document = {
        "node": {"name": node.node_name, "pool": node.node_pool, "role": node.role},
        "api": {
            "url": node.api_url,
            "authority": node.api_authority,
            "organisation": node.org_number,
            "cluster": node.cluster_number,
            "token": node.token.get_secret_value(),
        },
        "poll_seconds": node.poll_seconds,
        "nic": _nic(node.nics[0]),
        "keepalived": node.floats,
        "kubernetes": {"version": node.kubernetes.version},
        "proxy_drop_ins": incomplete_drop_ins(node),
        **way.settings,
    }
    return json.dumps(document, indent=1) + "\n"


def _nic(nic: NicConfig) -> dict[str, str | None]:
    return {"mac": nic.mac.lower(), "address": nic.address and nic.address.split("/")[0]}
