"""All that a VM carries for cloud-init."""

import json

from provisioner.bootstrap.cloud_config import cloud_config
from provisioner.bootstrap.guestinfo import METADATA, USERDATA, pack
from provisioner.bootstrap.metadata import metadata
from provisioner.bootstrap.model import NodeBootstrap
from provisioner.bootstrap.way import Way


def extra_config(node: NodeBootstrap, way: Way) -> dict[str, str]:
    """Raises PayloadTooLarge."""
    return {
        **pack(USERDATA, cloud_config(node, way)),
        **pack(METADATA, json.dumps(metadata(node), indent=1)),
        # Volumes are found on the machine by their disks' UUIDs.
        "disk.enableUUID": "TRUE",
    }
