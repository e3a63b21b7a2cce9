"""The default way a VM becomes a node: kubeadm, driven by our agent."""

import json

from provisioner.bootstrap.cloud_config import cloud_config
from provisioner.bootstrap.guestinfo import METADATA, USERDATA, pack
from provisioner.bootstrap.metadata import metadata
from provisioner.bootstrap.model import NodeBootstrap


class KubeadmBootstrapper:
    """Implements Bootstrapper for templates that carry containerd, kubelet and kubeadm."""

    def render(self, node: NodeBootstrap) -> dict[str, str]:
        return {
            **pack(USERDATA, cloud_config(node)),
            **pack(METADATA, json.dumps(metadata(node), indent=1)),
            # Volumes are found on the machine by their disks' UUIDs.
            "disk.enableUUID": "TRUE",
        }
