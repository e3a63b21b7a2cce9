"""Taints of nodes. Raises the client library's errors: run it at an endpoint."""

from typing import Any

from kubernetes.client import CoreV1Api, V1Taint

from provisioner.kubernetes.client import EndpointClient

OUT_OF_SERVICE = V1Taint(
    key="node.kubernetes.io/out-of-service", value="nodeshutdown", effect="NoExecute"
)


def add(client: EndpointClient, node: str, taint: V1Taint) -> None:
    """Idempotent. The version read goes along: taints that others set meanwhile are not lost."""
    api = CoreV1Api(client)
    found: Any = api.read_node(node)
    before = found.spec.taints or []
    if any((one.key, one.effect) == (taint.key, taint.effect) for one in before):
        return
    version = {"resourceVersion": found.metadata.resource_version}
    api.patch_node(node, {"metadata": version, "spec": {"taints": [*before, taint]}})
