"""Uses a cluster by its kubeconfig, as kubectl would."""

from pathlib import Path
from typing import Any

from kubernetes import client, config


def node_names(kubeconfig: Path) -> list[str]:
    """The cluster's Node objects by name, sorted."""
    connection: Any = config.new_client_from_config(str(kubeconfig))
    with connection:
        found: Any = client.CoreV1Api(connection).list_node(_request_timeout=10)
    return sorted(node.metadata.name for node in found.items)
