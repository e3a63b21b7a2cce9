"""What is attached to nodes. Raises the client library's errors: run it at an endpoint."""

from collections.abc import Iterator
from typing import Any

from kubernetes.client import CoreV1Api, StorageV1Api
from kubernetes.client.exceptions import ApiException

from provisioner.kubernetes.client import EndpointClient

# Volumes of CSI drivers have a VolumeAttachment, too, which stays until they are detached.
_OF_DRIVERS = "kubernetes.io/csi/"


def attached(client: EndpointClient, node: str) -> list[str]:
    return sorted({*_by_attachment(client, node), *_by_status(client, node)})


def _by_attachment(client: EndpointClient, node: str) -> Iterator[str]:
    listed: Any = StorageV1Api(client).list_volume_attachment()
    for found in listed.items:
        if found.spec.node_name == node:
            yield found.spec.source.persistent_volume_name or found.metadata.name


def _by_status(client: EndpointClient, node: str) -> Iterator[str]:
    try:
        status = CoreV1Api(client).read_node(node).status
    except ApiException as refusal:
        if refusal.status != 404:
            raise
        return
    for volume in (status and status.volumes_attached) or ():
        if not volume.name.startswith(_OF_DRIVERS):
            yield volume.name
