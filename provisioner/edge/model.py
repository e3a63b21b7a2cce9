"""Everything one member's configuration is rendered from."""

from ipaddress import IPv4Address
from typing import Literal

from pydantic import Field

from provisioner.domain.spec.load_balancer import Firewall, Vrrp
from provisioner.domain.spec.load_balancer_services import Check, Timeouts
from provisioner.domain.virtual_machines import Fact

AdminState = Literal["ready", "drain", "maintenance"]


class Nic(Fact):
    """`interface` is its name on the member, or the placeholder that the member fills."""

    interface: str
    address: IPv4Address


class Vip(Fact):
    address: IPv4Address
    interface: str


class VipGroup(Fact):
    """The VIPs that prefer one member; they move together. `member` is that one's name.

    `router_id` (VRRP's) is nobody else's in the L2 network of the members' frontends.
    """

    member: str
    router_id: int = Field(ge=1, le=255)
    priority: int = Field(ge=1, le=254)
    vips: tuple[Vip, ...] = ()


class Server(Fact):
    """`backup` serves only while no other one of its backend can."""

    name: str
    address: IPv4Address
    port: int | None
    weight: int
    check: Check
    backup: bool = False
    state: AdminState = "ready"


class Backend(Fact):
    """`ports_together`: its servers must answer at all of them. `cut_when_down` closes what goes
    on at a server that fails, so that clients come again and are led elsewhere."""

    name: str
    balance: Literal["source", "roundrobin", "leastconn"] = "roundrobin"
    servers: tuple[Server, ...] = ()
    proxy_protocol: bool = False
    ports_together: tuple[int, ...] = ()
    cut_when_down: bool = False

    @property
    def asks_each_port(self) -> bool:
        """One port alone is asked where the server has it, as any is."""
        return len(self.ports_together) > 1


class Branch(Fact):
    """Leads to `backend` what came to `port`, asks for a path below `path_prefix`, or both."""

    backend: str
    port: int | None = None
    path_prefix: str | None = None


class Service(Fact):
    """`ports` are numbers, or ranges such as 30000-30010."""

    name: str
    vip: Vip
    ports: tuple[int | str, ...]
    mode: Literal["tcp", "http"] = "tcp"
    redirect_http: bool = False
    branches: tuple[Branch, ...] = ()
    default_backend: str | None
    backends: tuple[Backend, ...]
    timeouts: Timeouts | None = None


class Member(Fact):
    """`frontend` is where adverts go to `peers`, the other members' frontends."""

    balancer: str
    name: str
    management: Nic
    frontend: Nic
    peers: tuple[IPv4Address, ...] = ()
    vrrp: Vrrp
    failback: Literal["auto", "manual"]
    groups: tuple[VipGroup, ...]
    services: tuple[Service, ...] = ()
    stats_port: int | None = None
    firewall: Firewall
    timeouts: Timeouts
