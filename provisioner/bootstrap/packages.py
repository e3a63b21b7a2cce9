"""What a node is told that installs its programs itself."""

from typing import Any

from provisioner.bootstrap.model import NodeBootstrap
from provisioner.bootstrap.proxies import environment
from provisioner.domain.spec.bootstrap import Packages

# Kubernetes' own package repositories, one for each minor version (kubernetes.io, "Installing
# kubeadm"); what follows differs by the packages' format.
UPSTREAM = "https://pkgs.k8s.io/core:/stable:/v{minor}/"


def packages_config(node: NodeBootstrap) -> dict[str, Any] | None:
    """None for templates that carry everything."""
    if not node.installs_packages:
        return None
    wanted = node.bootstrap.packages or Packages()
    version = node.kubernetes.version
    minor = version.rpartition(".")[0]
    return {
        "upstream": None if wanted.repository else UPSTREAM.replace("{minor}", minor),
        "repository": wanted.repository and wanted.repository.replace("{minor}", minor),
        "key": wanted.key,
        "mirror": wanted.mirror,
        "security_mirror": wanted.security_mirror,
        "version": version,
        "newest": wanted.patch == "newest",
        "containerd": wanted.containerd,
        "others": ["keepalived"] if node.floats else [],
        "image_registry": node.image_registry,
        "environment": environment(node),
    }
