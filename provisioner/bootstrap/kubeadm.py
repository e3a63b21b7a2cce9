"""The default way a VM becomes a node: kubeadm, driven by our agent."""

from provisioner.bootstrap.carrying import extra_config
from provisioner.bootstrap.certificates import certificate_files
from provisioner.bootstrap.kubeadm_config import discovery_document, init_documents, join_document
from provisioner.bootstrap.model import NodeBootstrap
from provisioner.bootstrap.packages import packages_config
from provisioner.bootstrap.way import Way

_MODULES = ("kubeadm", "kubeadm_node", "masters")
_INSTALLING = ("apt", "containerd", "packages", "yum")


class KubeadmBootstrapper:
    """Implements Bootstrapper for templates with containerd, kubelet and kubeadm, or without."""

    def render(self, node: NodeBootstrap) -> dict[str, str]:
        modules = _MODULES + (_INSTALLING if node.installs_packages else ())
        modules += ("registry_logins",) if node.logs_in else ()
        external = node.etcd is not None
        settings = {
            "certificates": certificate_files(external) if node.role == "master" else [],
            "kubeadm": _documents(node),
            "api_name": node.endpoint.dns_name if node.answers_to_name else None,
            "logs_in": node.logs_in,
            "packages": packages_config(node),
            "pke": None,
        }
        return extra_config(node, Way(modules, settings))


def _documents(node: NodeBootstrap) -> dict[str, str]:
    documents = {"join": join_document(node), "discovery": discovery_document()}
    if node.role == "master":
        documents["init"] = init_documents(node)
    return documents
