"""A load balancer pair as its users ask for it: HAProxy and keepalived on one or two VMs."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Annotated, Literal

from pydantic import Field

from provisioner.domain.spec.cluster import SshKeys, TrustedCAs
from provisioner.domain.spec.document import (
    DiskGiB,
    DnsName,
    Document,
    InventoryName,
    Label,
    MemoryMiB,
    Vcpu,
)
from provisioner.domain.spec.load_balancer_services import Port, Service, Timeouts
from provisioner.domain.spec.placement import Location, NetworkAttachment, Placement, Route

Network = Literal["management", "frontend", "workload"]
NETWORKS: tuple[Network, ...] = ("management", "frontend", "workload")
# VRRP's own choices: keepalived takes 3's in hundredths, 2's in whole seconds.
INTERVAL_SECONDS = {3: 0.3, 2: 1.0}


class Nic(Document):
    """`network` is a port group's name or inventory path. Only management has a `gateway`."""

    network: InventoryName
    address: IPv4Interface = Field(description="With its prefix length: 10.0.0.11/24.")
    gateway: IPv4Address | None = None
    nameservers: Annotated[tuple[IPv4Address, ...], Field(max_length=3)] = ()
    routes: Annotated[tuple[Route, ...], Field(max_length=64)] = ()


class MemberNetworks(Document):
    """A network that is not given is served by management's NIC."""

    management: Nic
    frontend: Nic | None = None
    workload: Nic | None = None

    def nic(self, network: Network) -> Nic:
        return getattr(self, network) or self.management

    def own(self) -> dict[Network, Nic]:
        """The NICs that the VM has, in their order there."""
        given = {network: getattr(self, network) for network in NETWORKS}
        return {network: nic for network, nic in given.items() if nic}


class MemberPlacement(Location):
    """`resourcePool` or `cluster`, and `datastore` or `datastoreCluster`: one of each pair."""

    datacenter: InventoryName


class Member(Document):
    """`site` tells which pools are this member's own; those of other sites stand by."""

    name: Label
    site: Label | None = None
    vcenter: Label
    template: InventoryName | None = None
    image: Annotated[str, Field(min_length=1, max_length=255)] | None = Field(
        default=None, description="An image query in place of a template: os=debian12."
    )
    vcpu: Vcpu = 2
    memory_mib: MemoryMiB = Field(default=2048, alias="memoryMiB")
    disk_gib: DiskGiB | None = Field(default=None, alias="diskGiB")
    placement: MemberPlacement
    networks: MemberNetworks

    def whole_placement(self) -> Placement:
        """With the port groups of its NICs, in their order."""
        attached = tuple(
            NetworkAttachment(name=nic.network) for nic in self.networks.own().values()
        )
        return Placement(**dict(self.placement), networks=attached)


class Vip(Document):
    """`preferredMember` carries it while it can; without one it is the first member.

    VIPs with the same `dnsName` are the address records of that name.
    """

    name: Label
    address: IPv4Address
    network: Network = "frontend"
    preferred_member: Label | None = None
    dns_name: DnsName | None = None


class Vrrp(Document):
    version: Literal[3, 2] = 3
    interval: Annotated[float, Field(ge=0.1, le=10)] | None = Field(
        default=None,
        description="Seconds between adverts. Version 3: 0.1 to 10, 0.3 by default. "
        "Version 2: whole seconds, 1 to 10, 1 by default.",
    )
    auth: Literal["none", "PASS", "AH"] = Field(
        default="none", description="Version 2 only; the service makes the key."
    )

    @property
    def interval_seconds(self) -> float:
        return self.interval or INTERVAL_SECONDS[self.version]


class Stats(Document):
    """`secret` names one of /secrets with the passwords of the users admin and viewer."""

    port: Port = 8404
    secret: Label


class Firewall(Document):
    """Who may reach a member's SSH and its stats page, on the management network. Nobody else."""

    ssh: Annotated[tuple[IPv4Network, ...], Field(max_length=64)] = ()
    stats: Annotated[tuple[IPv4Network, ...], Field(max_length=64)] = ()


class LoadBalancerSpec(Document):
    """`serviceRange` (`first-last` or a CIDR) is for the VIPs of clusters' endpoints."""

    name: Label
    members: Annotated[tuple[Member, ...], Field(min_length=1, max_length=2)]
    install: Literal["image", "packages"] = Field(
        default="image",
        description="Whether HAProxy, keepalived and nftables are in the template, or are "
        "installed by apt at first boot.",
    )
    vips: Annotated[tuple[Vip, ...], Field(max_length=64)] = ()
    failback: Literal["auto", "manual"] = Field(
        default="auto",
        description="Whether a VIP returns to its preferred member, or stays until moved.",
    )
    vrrp: Vrrp = Field(default_factory=Vrrp)
    services: Annotated[tuple[Service, ...], Field(max_length=128)] = ()
    stats: Stats | None = None
    firewall: Firewall = Field(default_factory=Firewall)
    service_range: str | None = None
    timeouts: Timeouts = Field(default_factory=Timeouts)
    ssh_keys: SshKeys = ()
    trusted_cas: TrustedCAs = Field(default=(), alias="trustedCAs")

    def member(self, name: str) -> Member:
        """Raises KeyError when no member has this name."""
        return {member.name: member for member in self.members}[name]

    def preferred(self, vip: Vip) -> str:
        """The name of the member that carries it while it can."""
        return vip.preferred_member or self.members[0].name

    def paths(self) -> Iterator[tuple[str, Member]]:
        for index, member in enumerate(self.members):
            yield f"members.{index}", member
