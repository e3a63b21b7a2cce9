"""Nodes made by the `pke` program of their templates (Banzai Cloud PKE).

Flags, files and what pke does with them: its commands `install master` and `install worker`.
"""

from typing import Any

from provisioner.bootstrap.carrying import extra_config
from provisioner.bootstrap.kubeadm_config import CONTROL_PLANE_TAINT, endpoint
from provisioner.bootstrap.model import NodeBootstrap
from provisioner.bootstrap.proxies import environment
from provisioner.bootstrap.vsphere_conf import vsphere_conf
from provisioner.bootstrap.way import Way

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
                "flags": [f"--{name}={value}" for name, value in _flags(node).items()],
                "environment": environment(node),
                "vsphere_conf": vsphere_conf(cloud) if cloud else None,
            },
        }
        return extra_config(node, Way(_MODULES, settings))


def _flags(node: NodeBootstrap) -> dict[str, str]:
    """@ADDRESS@ and the secrets are filled in on the machine."""
    common = {
        "pipeline-url": node.api_url.rstrip("/"),
        "pipeline-token": "@TOKEN@",
        "pipeline-org-id": str(node.org_number),
        "pipeline-cluster-id": str(node.cluster_number),
        "pipeline-nodepool": node.node_pool,
        "taints": _taints(node),
        # With all bits, so that a floating address is never taken for the node's own.
        "kubernetes-infrastructure-cidr": "@ADDRESS@/32",
        "kubernetes-version": node.kubernetes.version,
        "kubernetes-cloud-provider": "vsphere" if node.vsphere else "",
        "kubernetes-api-server": endpoint(node.api_host, node.api_port),
        "kubernetes-pod-network-cidr": str(node.kubernetes.pod_cidr),
    }
    return common | (_of_masters(node) if node.role == "master" else {})


def _of_masters(node: NodeBootstrap) -> dict[str, str]:
    names = dict.fromkeys((node.api_host, str(node.endpoint.vip or node.api_host), "@ADDRESS@"))
    flags = {
        "kubernetes-cluster-name": node.cluster_name,
        "kubernetes-advertise-address": f"@ADDRESS@:{node.api_port}",
        "kubernetes-master-mode": "ha" if node.control_plane_size > 1 else "default",
        "kubernetes-api-server-cert-sans": ",".join(names),
        "kubernetes-service-cidr": str(node.kubernetes.service_cidr),
        # The network plugin is an add-on of the cluster.
        "kubernetes-network-provider": "none",
    }
    if node.image_registry:
        flags["image-repository"] = node.image_registry
    cloud = node.vsphere
    if cloud:
        flags |= {
            "vsphere-server": cloud.server,
            "vsphere-port": str(cloud.port),
            "vsphere-datacenter": cloud.datacenter,
            "vsphere-datastore": cloud.datastore,
            "vsphere-resourcepool": cloud.resource_pool,
            "vsphere-folder": cloud.folder,
            "vsphere-username": "@VSPHEREUSER@",
            "vsphere-password": "@VSPHEREPASSWORD@",
        }
    return flags


def _taints(node: NodeBootstrap) -> str:
    taints = [f"{one.key}={one.value}:{one.effect}" for one in node.taints]
    if node.role == "master":
        return _NO_TAINT if node.schedulable else f"{_MASTER_TAINT}:{CONTROL_PLANE_TAINT['effect']}"
    return ",".join(taints)
