"""A load balancer pair as its users ask for it: HAProxy and keepalived on one or two VMs."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field

from provisioner.domain.spec.cluster import SshKeys, TrustedCAs
from provisioner.domain.spec.document import (
    DiskGiB,
    DnsName,
    Document,
    ImageQuery,
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


def _in_a_subnet(address: IPv4Interface) -> IPv4Interface:
    if address.network.prefixlen == 0:
        raise ValueError("write the prefix length of its subnet, such as 10.0.0.11/24")
    return address


NicAddress = Annotated[IPv4Interface, AfterValidator(_in_a_subnet)]


class Nic(Document):
    network: InventoryName = Field(description="A port group's name or inventory path.")
    address: NicAddress = Field(description="With its prefix length: 10.0.0.11/24.")
    gateway: IPv4Address | None = Field(
        default=None, description="The default route; management alone may have one."
    )
    nameservers: Annotated[tuple[IPv4Address, ...], Field(max_length=3)] = Field(
        default=(), description="DNS servers."
    )
    routes: Annotated[tuple[Route, ...], Field(max_length=64)] = Field(
        default=(), description="Networks that are not reached by the default route."
    )


class MemberNetworks(Document):
    """A network that is not given is served by management's NIC."""

    management: Nic = Field(description="For SSH, the stats page and the default route.")
    frontend: Nic | None = Field(
        default=None, description="Where clients come from and VIPs are; by default management's."
    )
    workload: Nic | None = Field(
        default=None, description="Where servers are; by default management's."
    )

    def nic(self, network: Network) -> Nic:
        return getattr(self, network) or self.management

    def own(self) -> dict[Network, Nic]:
        """The NICs that the VM has, in their order there."""
        given = {network: getattr(self, network) for network in NETWORKS}
        return {network: nic for network, nic in given.items() if nic}


class MemberPlacement(Location):
    """`resourcePool` or `cluster`, and `datastore` or `datastoreCluster`: one of each pair."""

    datacenter: InventoryName = Field(description="Name of the datacenter in vCenter.")


class Member(Document):
    name: Label = Field(description="Part of its VM's name; a pair's members differ in it.")
    site: Label | None = Field(
        default=None,
        description="Pools of this site serve here; those of other sites stand by.",
    )
    vcenter: Label = Field(description="Name of a registered vCenter; members may have different.")
    template: InventoryName | None = Field(
        default=None, description="What its VM is cloned from; or give image."
    )
    image: ImageQuery | None = Field(
        default=None, description="An image query in place of a template: os=debian12."
    )
    vcpu: Vcpu = Field(default=2, description="Virtual processors.")
    memory_mib: MemoryMiB = Field(default=2048, alias="memoryMiB", description="Memory in MiB.")
    disk_gib: DiskGiB | None = Field(
        default=None, alias="diskGiB", description="Disk in GiB; by default the template's."
    )
    placement: MemberPlacement = Field(description="Where its VM goes.")
    networks: MemberNetworks = Field(description="Its NICs, each with a static address.")

    def whole_placement(self) -> Placement:
        """With the port groups of its NICs, in their order."""
        attached = tuple(
            NetworkAttachment(name=nic.network) for nic in self.networks.own().values()
        )
        return Placement(**dict(self.placement), networks=attached)


class Vip(Document):
    name: Label = Field(description="By which services name it.")
    address: IPv4Address = Field(description="A free address in its network's subnet.")
    network: Network = Field(default="frontend", description="Which of the members' NICs has it.")
    preferred_member: Label | None = Field(
        default=None, description="Who carries it while it can; by default the first member."
    )
    dns_name: DnsName | None = Field(
        default=None, description="Its name in DNS; VIPs of the same name are its address records."
    )


class Vrrp(Document):
    version: Literal[3, 2] = Field(default=3, description="VRRP's; only 2 knows auth.")
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
    port: Port = Field(default=8404, description="Of the stats page, on the management network.")
    secret: Label = Field(
        description="Name of a stored secret of type load-balancer: the passwords of the users "
        "admin and viewer."
    )


class Firewall(Document):
    """Who may reach a member's SSH and its stats page, on the management network. Nobody else."""

    ssh: Annotated[tuple[IPv4Network, ...], Field(max_length=64)] = Field(
        default=(), description="Networks that may reach SSH."
    )
    stats: Annotated[tuple[IPv4Network, ...], Field(max_length=64)] = Field(
        default=(), description="Networks that may reach the stats page."
    )


class LoadBalancerSpec(Document):
    name: Label = Field(description="Unique in your organisation; part of its VMs' names.")
    members: Annotated[tuple[Member, ...], Field(min_length=1, max_length=2)] = Field(
        description="Its VMs: two, or one that nobody takes over from."
    )
    install: Literal["image", "packages"] = Field(
        default="image",
        description="Whether HAProxy, keepalived and nftables are in the template, or are "
        "installed by apt at first boot.",
    )
    vips: Annotated[tuple[Vip, ...], Field(max_length=64)] = Field(
        default=(), description="Addresses that float between the members."
    )
    failback: Literal["auto", "manual"] = Field(
        default="auto",
        description="Whether a VIP returns to its preferred member, or stays until moved.",
    )
    vrrp: Vrrp = Field(
        default_factory=Vrrp, description="How the members agree on who carries the VIPs."
    )
    services: Annotated[tuple[Service, ...], Field(max_length=128)] = Field(
        default=(), description="What is served on the VIPs."
    )
    stats: Stats | None = Field(
        default=None, description="HAProxy's page of figures; there is none if left out."
    )
    firewall: Firewall = Field(default_factory=Firewall)
    service_range: str | None = Field(
        default=None,
        description="Addresses for the VIPs of clusters' endpoints: `first-last`, or a CIDR.",
    )
    timeouts: Timeouts = Field(
        default_factory=Timeouts, description="Of services that have none of their own."
    )
    ssh_keys: SshKeys = Field(default=(), description="Public keys of the VMs' administrators.")
    trusted_cas: TrustedCAs = Field(
        default=(), alias="trustedCAs", description="PEM certificates that the VMs are to trust."
    )

    def cloned_from(self, templates: Mapping[str, str]) -> Self:
        """With these templates, by the paths of their members; the others keep theirs."""
        members = tuple(
            member.model_copy(update={"template": templates.get(path, member.template)})
            for path, member in self.paths()
        )
        return self.model_copy(update={"members": members})

    def member(self, name: str) -> Member:
        """Raises KeyError when no member has this name."""
        return {member.name: member for member in self.members}[name]

    def preferred(self, vip: Vip) -> str:
        """The name of the member that carries it while it can."""
        return vip.preferred_member or self.members[0].name

    def server_names(self) -> set[str]:
        return {server.name for service in self.services for server in service.servers()}

    def paths(self) -> Iterator[tuple[str, Member]]:
        for index, member in enumerate(self.members):
            yield f"members.{index}", member
