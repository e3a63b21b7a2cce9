"""The agent's configuration file, the one place of a node where its token lies."""

import json

from provisioner.bootstrap.certificates import certificate_files
from provisioner.bootstrap.kubeadm_config import (
    discovery_document,
    init_documents,
    join_document,
)
from provisioner.bootstrap.model import NicConfig, NodeBootstrap


def agent_config(node: NodeBootstrap) -> str:
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
        "certificates": certificate_files() if node.role == "master" else [],
        "kubeadm": _kubeadm(node),
    }
    return json.dumps(document, indent=1) + "\n"


def _nic(nic: NicConfig) -> dict[str, str | None]:
    return {"mac": nic.mac.lower(), "address": nic.address and nic.address.split("/")[0]}


def _kubeadm(node: NodeBootstrap) -> dict[str, str]:
    documents = {"join": join_document(node), "discovery": discovery_document()}
    if node.role == "master":
        documents["init"] = init_documents(node)
    return documents
