"""Nodes made by the `pke` program of their templates (Banzai Cloud PKE).

Flags, files and what pke does with them: its commands `install master` and `install worker`.
"""

from collections.abc import Iterator
from typing import Any

from provisioner.bootstrap.carrying import extra_config
from provisioner.bootstrap.kubeadm_config import CONTROL_PLANE_TAINT, endpoint
from provisioner.bootstrap.model import NodeBootstrap, VSphereWorkspace
from provisioner.bootstrap.proxies import environment
from provisioner.bootstrap.vsphere_conf import vsphere_conf
from provisioner.bootstrap.way import Way

Flag = tuple[str, str]

_MODULES = ("masters", "pke_node")
# pke's Kubernetes versions know the older name.
_MASTER_TAINT = "node-role.kubernetes.io/master"
_NO_TAINT = ","


class PkeBootstrapper:
    """Implements Bootstrapper for templates that carry pke."""

    def render(self, node: NodeBootstrap) -> dict[str, str]:
        cloud = node.vsphere if node.role == "master" else None
        settings: dict[str, Any] = {
            "packages": None,
            "pke": {
                "flags": [f"--{name}={value}" for name, value in _flags(node)],
                "environment": environment(node),
                "vsphere_conf": vsphere_conf(cloud) if cloud else None,
            },
        }
        return extra_config(_trusting_the_service(node), Way(_MODULES, settings))


def _trusting_the_service(node: NodeBootstrap) -> NodeBootstrap:
    """pke pins no CA: it trusts what the system trusts."""
    if node.api_authority is None:
        return node
    return node.model_copy(update={"trusted_cas": (*node.trusted_cas, node.api_authority)})


def _flags(node: NodeBootstrap) -> Iterator[Flag]:
    """@ADDRESS@ and the secrets are filled in on the machine."""
    yield "pipeline-url", node.api_url.rstrip("/")
    yield "pipeline-token", "@TOKEN@"
    yield "pipeline-org-id", str(node.org_number)
    yield "pipeline-cluster-id", str(node.cluster_number)
    yield "pipeline-nodepool", node.node_pool
    yield "kubernetes-version", node.kubernetes.version
    yield "kubernetes-api-server", endpoint(node.api_host, node.api_port)
    yield "kubernetes-pod-network-cidr", str(node.kubernetes.pod_cidr)
    # With all bits, so that a floating address is never taken for the node's own.
    yield "kubernetes-infrastructure-cidr", "@ADDRESS@/32"
    yield "kubernetes-cloud-provider", "vsphere" if node.vsphere else ""
    yield "taints", _taints(node)
    if node.labels:
        labels = sorted(node.labels.items())
        yield "kubernetes-node-labels", ",".join(f"{key}={value}" for key, value in labels)
    if node.role == "master":
        yield from _of_masters(node)


def _of_masters(node: NodeBootstrap) -> Iterator[Flag]:
    yield "kubernetes-cluster-name", node.cluster_name
    yield "kubernetes-advertise-address", f"@ADDRESS@:{node.api_port}"
    # The service has to know who starts the cluster, and a lone master may get company later.
    yield "kubernetes-master-mode", "ha"
    yield "kubernetes-service-cidr", str(node.kubernetes.service_cidr)
    # The network plugin is an add-on of the cluster.
    yield "kubernetes-network-provider", "none"
    # One by one: older versions take no list.
    for name in dict.fromkeys((node.api_host, str(node.endpoint.vip or node.api_host))):
        yield "kubernetes-api-server-cert-sans", name
    yield "kubernetes-api-server-cert-sans", "@ADDRESS@"
    if node.image_registry:
        yield "image-repository", node.image_registry
    if node.vsphere:
        yield from _of_vsphere(node.vsphere)


def _of_vsphere(cloud: VSphereWorkspace) -> Iterator[Flag]:
    yield "vsphere-server", cloud.server
    yield "vsphere-port", str(cloud.port)
    yield "vsphere-datacenter", cloud.datacenter
    yield "vsphere-datastore", cloud.datastore
    yield "vsphere-resourcepool", cloud.resource_pool
    yield "vsphere-folder", cloud.folder
    yield "vsphere-username", "@VSPHEREUSER@"
    yield "vsphere-password", "@VSPHEREPASSWORD@"


def _taints(node: NodeBootstrap) -> str:
    taints = [f"{one.key}={one.value}:{one.effect}" for one in node.taints]
    if node.role == "master":
        return _NO_TAINT if node.schedulable else f"{_MASTER_TAINT}:{CONTROL_PLANE_TAINT['effect']}"
    return ",".join(taints)
