"""The cluster as its users ask for it."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from provisioner.domain.spec.add_ons import AddOns, Storage
from provisioner.domain.spec.bootstrap import Bootstrap, Overlay, PreflightChecks
from provisioner.domain.spec.document import (
    DnsName,
    Document,
    Label,
    LabelKey,
    LabelValue,
    ProxyUrl,
    PublicKey,
    Registry,
    Version,
)
from provisioner.domain.spec.external_etcd import ExternalEtcd
from provisioner.domain.spec.machine import Machine
from provisioner.domain.spec.placement import Placement

API_PORT = 6443
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


class Kubernetes(Document):
    version: Version
    pod_cidr: IPv4Network = Field(default=IPv4Network("10.244.0.0/16"), alias="podCIDR")
    service_cidr: IPv4Network = Field(default=IPv4Network("10.96.0.0/16"), alias="serviceCIDR")
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


class Endpoint(Document):
    """Where the API is reached. `external` and `dns` are the user's to set up."""

    mode: Literal["keepalived", "external", "dns"] = Field(
        default="keepalived",
        description="keepalived floats vip over the masters; external is a load balancer of "
        "yours at vip or dnsName; dns is dnsName alone, whose records list every master.",
    )
    vip: IPv4Address | None = None
    dns_name: DnsName | None = None


class ControlPlane(Machine):
    """`schedulable` lets the masters run workloads too. Two masters take an external etcd."""

    size: ControlPlaneSize = 3
    schedulable: bool = False
    external_etcd: ExternalEtcd | None = None


class Taint(Document):
    key: LabelKey
    value: LabelValue = ""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


class NodePool(Machine):
    name: Label
    size: Annotated[int, Field(ge=0, le=1000)] = 1
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict, max_length=256)
    taints: Annotated[tuple[Taint, ...], Field(max_length=256)] = ()


class Proxy(Document):
    http: ProxyUrl | None = None
    https: ProxyUrl | None = None
    no_proxy: Annotated[tuple[str, ...], Field(max_length=256)] = ()


class ClusterSpec(Document):
    name: Label
    vcenter: Label
    kubernetes: Kubernetes
    endpoint: Endpoint
    control_plane: ControlPlane
    placement: Placement
    ssh_keys: SshKeys = ()
    bootstrap: Bootstrap = Field(default_factory=Bootstrap)
    proxy: Proxy | None = None
    trusted_cas: TrustedCAs = Field(default=(), alias="trustedCAs")
    image_registry: Registry | None = None
    storage: Storage | None = None
    add_ons: AddOns = Field(default_factory=AddOns)
    load_balancer_ranges: LoadBalancerRanges = ()
    node_pools: Annotated[tuple[NodePool, ...], Field(max_length=100)] = ()

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
