"""Everything a node's documents are made from."""

from pydantic import Field, SecretStr

from provisioner.domain.clusters import Role
from provisioner.domain.spec.bootstrap import Bootstrap
from provisioner.domain.spec.cluster import Kubernetes, Proxy, Taint
from provisioner.domain.spec.endpoint import API_PORT, Endpoint
from provisioner.domain.spec.placement import Route
from provisioner.domain.virtual_machines import Fact


class NicConfig(Fact):
    """A NIC, known by its MAC before the VM exists. `address` is CIDR text; None asks DHCP."""

    mac: str
    address: str | None = None
    gateway: str | None = None
    nameservers: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()


class ExternalEtcd(Fact):
    """An etcd cluster that the masters do not run themselves.

    `endpoints` are URLs (https://host:2379). `prefix` keeps clusters apart that share it. The
    certificates come with the cluster's other secrets, see `certificates`.
    """

    endpoints: tuple[str, ...] = Field(min_length=1)
    prefix: str | None = None


class VSphereWorkspace(Fact):
    """Where the vSphere provider within Kubernetes keeps volumes; inventory names or paths."""

    server: str
    port: int = 443
    datacenter: str
    datastore: str
    resource_pool: str
    folder: str


class NodeBootstrap(Fact):
    """One node to be. The first of `nics` is the one the cluster uses.

    The numbers are those of the node API's paths. `api_url` may end in a base path;
    `api_authority` (PEM) pins the CA of its server, None trusts what the image trusts.
    While it waits, the node asks every `poll_seconds` or so. Once it could begin, it is given up
    after `bootstrap_seconds`.
    `logs_in`: it pulls from `image_registry` with a login that it fetches.
    `external_cloud_provider` leaves the node's addresses to a cloud provider in the cluster;
    `vsphere` is for pke, whose Kubernetes versions have the provider within.
    `instance_id` must stay the same for the VM's life: cloud-init starts afresh when it changes.
    """

    node_name: str
    cluster_name: str
    role: Role
    node_pool: str
    instance_id: str
    org_number: int
    cluster_number: int
    api_url: str
    api_authority: str | None = None
    token: SecretStr
    poll_seconds: float = 2.0
    bootstrap_seconds: float = 1200.0
    kubernetes: Kubernetes
    bootstrap: Bootstrap = Field(default_factory=Bootstrap)
    image_registry: str | None = None
    logs_in: bool = False
    external_cloud_provider: bool = False
    etcd: ExternalEtcd | None = None
    vsphere: VSphereWorkspace | None = None
    endpoint: Endpoint
    api_port: int = API_PORT
    schedulable: bool = False
    labels: dict[str, str] = Field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    ssh_keys: tuple[str, ...] = ()
    proxy: Proxy | None = None
    trusted_cas: tuple[str, ...] = ()
    nics: tuple[NicConfig, ...] = Field(min_length=1)

    @property
    def api_host(self) -> str:
        """What clients of the cluster connect to: the DNS name if there is one, else the VIP."""
        return self.endpoint.dns_name or str(self.endpoint.vip)

    @property
    def installs_packages(self) -> bool:
        return self.bootstrap.method == "kubeadm" and self.bootstrap.install == "packages"

    @property
    def answers_to_name(self) -> bool:
        """Whether this is a master that a DNS name leads to, by records or a balancer."""
        named = self.endpoint.balanced and self.endpoint.dns_name is not None
        return self.role == "master" and named

    @property
    def floats(self) -> bool:
        """Whether this node takes part in holding the VIP."""
        return self.role == "master" and self.endpoint.mode == "keepalived"
