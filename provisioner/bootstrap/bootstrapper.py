"""The bootstrapper that a cluster asks for."""

from collections.abc import Mapping

from provisioner.bootstrap.interface import Bootstrapper
from provisioner.bootstrap.kubeadm import KubeadmBootstrapper
from provisioner.bootstrap.model import NodeBootstrap
from provisioner.bootstrap.pke import PkeBootstrapper

BY_METHOD: Mapping[str, Bootstrapper] = {
    "kubeadm": KubeadmBootstrapper(),
    "pke": PkeBootstrapper(),
}


class ChosenBootstrapper:
    """Implements Bootstrapper by the one that `bootstrap.method` names."""

    def render(self, node: NodeBootstrap) -> dict[str, str]:
        return BY_METHOD[node.bootstrap.method].render(node)
