"""Everything a node's documents are made from."""

from pydantic import Field, SecretStr

from provisioner.domain.clusters import Role
from provisioner.domain.spec.cluster import API_PORT, Endpoint, Kubernetes, Proxy, Taint
from provisioner.domain.virtual_machines import Fact


class NicConfig(Fact):
    """A NIC, known by its MAC before the VM exists. `address` is CIDR text; None asks DHCP."""

    mac: str
    address: str | None = None
    gateway: str | None = None
    nameservers: tuple[str, ...] = ()


class NodeBootstrap(Fact):
    """One node to be. The first of `nics` is the one the cluster uses.

    The numbers are those of the node API's paths. `api_url` may end in a base path;
    `api_authority` (PEM) pins the CA of its server, None trusts what the image trusts.
    While it waits, the node asks every `poll_seconds` or so.
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
    kubernetes: Kubernetes
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
    def floats(self) -> bool:
        """Whether this node takes part in holding the VIP."""
        return self.role == "master" and self.endpoint.mode == "keepalived"
