"""The cluster as its users ask for it."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from provisioner.domain.spec.add_ons import AddOns, Storage
from provisioner.domain.spec.bootstrap import Bootstrap, Overlay, PreflightChecks
from provisioner.domain.spec.document import (
    Document,
    Label,
    LabelKey,
    LabelValue,
    ProxyUrl,
    PublicKey,
    Registry,
    Version,
)
from provisioner.domain.spec.endpoint import Endpoint
from provisioner.domain.spec.external_etcd import ExternalEtcd
from provisioner.domain.spec.image_registry import ImageRegistryLogin
from provisioner.domain.spec.machine import Machine
from provisioner.domain.spec.placement import Placement

CONTROL_PLANE = "control-plane"


def _no_truth_value(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("input should be 1, 2, 3 or 5")
    return value


# Python takes true for 1.
ControlPlaneSize = Annotated[Literal[1, 2, 3, 5], BeforeValidator(_no_truth_value)]

# Each is compared with each other one.
LoadBalancerRanges = Annotated[tuple[str, ...], Field(max_length=64)]
SshKeys = Annotated[tuple[PublicKey, ...], Field(max_length=64)]
TrustedCAs = Annotated[tuple[str, ...], Field(max_length=64)]
SSH_KEYS = "Public keys that may log in to the VMs as the image's user."
TRUSTED_CAS = "Certificates of authorities, PEM, that the VMs trust beside their own."


class Kubernetes(Document):
    version: Version = Field(description="Of Kubernetes; the templates carry the same.")
    pod_cidr: IPv4Network = Field(
        default=IPv4Network("10.244.0.0/16"),
        alias="podCIDR",
        description="Network of the pods; each node takes a /24 of it.",
    )
    service_cidr: IPv4Network = Field(
        default=IPv4Network("10.96.0.0/16"),
        alias="serviceCIDR",
        description="Network of Services' own addresses.",
    )
    cni: Literal["flannel", "calico", "cilium", "none"] = Field(
        default="flannel",
        description="The network plugin; calico and cilium need addOns.cniManifest. With none "
        "the nodes are not ready until yours is applied.",
    )
    kubelet_configuration: Overlay = Field(
        default_factory=dict,
        description="Fields of a KubeletConfiguration, merged over the service's own.",
    )
    kube_proxy_configuration: Overlay = Field(
        default_factory=dict, description="Fields of a KubeProxyConfiguration."
    )
    ignore_preflight_errors: PreflightChecks = Field(
        default=(),
        description="Names of kubeadm's preflight checks whose errors are only warned of.",
    )


class ControlPlane(Machine):
    """`schedulable` lets the masters run workloads too. Two masters take an external etcd."""

    size: ControlPlaneSize = Field(default=3, description="Masters; 2 take an external etcd.")
    schedulable: bool = Field(default=False, description="Whether masters run workloads, too.")
    external_etcd: ExternalEtcd | None = Field(
        default=None, description="Where the cluster's data is kept, if not on the masters."
    )


class Taint(Document):
    key: LabelKey = Field(description="Such as example.com/gpu.")
    value: LabelValue = Field(default="", description="What tolerations may compare with.")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = Field(
        description="What befalls pods that do not tolerate it."
    )


class NodePool(Machine):
    name: Label = Field(description="Of the pool; its nodes' names carry it.")
    size: Annotated[int, Field(ge=0, le=1000)] = Field(default=1, description="Nodes of the pool.")
    labels: dict[LabelKey, LabelValue] = Field(
        default_factory=dict, max_length=256, description="Labels of its nodes in Kubernetes."
    )
    taints: Annotated[tuple[Taint, ...], Field(max_length=256)] = Field(
        default=(), description="Taints of its nodes."
    )


class Proxy(Document):
    http: ProxyUrl | None = Field(default=None, description="Proxy for http:// URLs.")
    https: ProxyUrl | None = Field(default=None, description="Proxy for https:// URLs.")
    no_proxy: Annotated[tuple[str, ...], Field(max_length=256)] = Field(
        default=(), description="Hosts, domains, addresses and networks reached without it."
    )


class ClusterSpec(Document):
    name: Label = Field(description="Of the cluster; its nodes' names begin with it.")
    vcenter: Label = Field(description="Name of a registered vCenter: pkectl vcenter list.")
    kubernetes: Kubernetes = Field(description="The version, its networks and programs.")
    endpoint: Endpoint
    control_plane: ControlPlane = Field(description="The masters.")
    placement: Placement = Field(description="Where in vCenter the VMs go.")
    ssh_keys: SshKeys = Field(default=(), description=SSH_KEYS)
    bootstrap: Bootstrap = Field(
        default_factory=Bootstrap, description="What makes nodes of VMs, and where programs are."
    )
    proxy: Proxy | None = Field(default=None, description="The way out of the nodes' network.")
    trusted_cas: TrustedCAs = Field(default=(), alias="trustedCAs", description=TRUSTED_CAS)
    image_registry: Registry | None = Field(
        default=None, description="Where all container images come from, instead of their own."
    )
    image_registry_login: ImageRegistryLogin | None = Field(
        default=None, description="What nodes log in with there; without it they read anonymously."
    )
    storage: Storage | None = Field(
        default=None, description="vSphere volumes for the cluster; without it there are none."
    )
    add_ons: AddOns = Field(
        default_factory=AddOns, description="What the service puts into the cluster."
    )
    load_balancer_ranges: LoadBalancerRanges = Field(
        default=(),
        description="Addresses for Services of type LoadBalancer: 10.0.0.200-10.0.0.220 or a CIDR.",
    )
    node_pools: Annotated[tuple[NodePool, ...], Field(max_length=100)] = Field(
        default=(), description="The groups of workers."
    )

    @property
    def api_host(self) -> str:
        """What clients connect to: the DNS name if there is one, else the VIP."""
        return self.endpoint.dns_name or str(self.endpoint.vip)

    def pool(self, name: str) -> NodePool | None:
        return next((pool for pool in self.node_pools if pool.name == name), None)

    def machine(self, group: str) -> ControlPlane | NodePool:
        """Raises KeyError when no group has this name."""
        if group == CONTROL_PLANE:
            return self.control_plane
        if (pool := self.pool(group)) is None:
            raise KeyError(group)
        return pool

    def groups(self) -> dict[str, ControlPlane | NodePool]:
        pools = {pool.name: pool for pool in self.node_pools if pool.name != CONTROL_PLANE}
        return {CONTROL_PLANE: self.control_plane} | pools

    def cloned_from(self, templates: Mapping[str, str]) -> "ClusterSpec":
        """With these templates, by the paths of their groups; the other groups keep theirs."""
        found = {
            path: group.model_copy(update={"template": templates.get(path, group.template)})
            for path, group in self.paths()
        }
        masters, *pools = found.values()
        return self.model_copy(update={"control_plane": masters, "node_pools": tuple(pools)})

    def paths(self) -> Iterator[tuple[str, ControlPlane | NodePool]]:
        """Each group with its field's path, also those whose names are not sound."""
        yield "controlPlane", self.control_plane
        for index, pool in enumerate(self.node_pools):
            yield f"nodePools.{index}", pool
