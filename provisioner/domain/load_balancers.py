"""A load balancer pair in the words of everything made of VMs."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from provisioner.domain import load_balancer_vintage
from provisioner.domain.planning.digests import digest
from provisioner.domain.planning.wishes import Desired, GroupWish, TaskWish, When
from provisioner.domain.spec.document import Document, Label
from provisioner.domain.spec.endpoint import API_PORT
from provisioner.domain.spec.load_balancer import LoadBalancerSpec, Member, Nic, Vip
from provisioner.domain.spec.load_balancer_services import Check, Port, Ports
from provisioner.domain.spec.machine import Machine
from provisioner.domain.spec.placement import AddressPool
from provisioner.domain.wanted import GroupShape, Wanted

KIND = "load-balancer"
ROLE = "load-balancer"
SECRETS, CONFIGURATION, CONFIGURED, RELEASE = "secrets", "configuration", "configured", "release"

# Of clusters, for one pair.
MAX_ENDPOINTS = 256

AdminState = Literal["drain", "maintenance"]


class ClusterNode(Document):
    name: Label
    address: IPv4Address


class ClusterService(Document):
    """Ports of a cluster's VIP that lead to the same ports of its nodes."""

    name: Label
    ports: Annotated[tuple[Ports, ...], Field(min_length=1)]
    proxy_protocol: bool = False
    check: Check = Field(default_factory=Check)
    nodes: tuple[ClusterNode, ...] = ()


class ClusterEndpoint(Document):
    """A cluster's API that this pair carries; the service keeps it as the cluster changes.

    `cluster` is its name, `ports` those of the VIP; masters answer at API_PORT alone. `services`
    are other ports of the same VIP.
    """

    cluster: Label
    address: IPv4Address
    preferred_member: Label | None = None
    ports: tuple[Port, ...] = (API_PORT,)
    masters: tuple[ClusterNode, ...] = ()
    services: tuple[ClusterService, ...] = ()

    def vip(self) -> Vip:
        return Vip(name=self.cluster, address=self.address, preferred_member=self.preferred_member)


class LoadBalancerDocument(LoadBalancerSpec):
    """The document as it is recorded: with what was decided for it since it was asked for.

    `serverStates`: of servers by name; those that are in neither state serve. `keyVersion`: of
    the VRRP key. `statsVersion`: how often the values of `stats.secret` were changed, and one.
    """

    server_states: dict[Label, AdminState] = Field(default_factory=dict)
    key_version: Annotated[int, Field(ge=1)] = 1
    stats_version: Annotated[int, Field(ge=1)] = 1
    endpoints: Annotated[tuple[ClusterEndpoint, ...], Field(max_length=MAX_ENDPOINTS)] = ()

    def with_server_state(self, server: str, state: AdminState | None) -> Self:
        """None: it serves."""
        others = {name: one for name, one in self.server_states.items() if name != server}
        states = others | ({server: state} if state else {})
        return self.model_copy(update={"server_states": states})

    def with_active(self, service: str, server: str) -> Self:
        services = tuple(
            one.model_copy(update={"active": server})
            if one.name == service and one.active_server() != server
            else one
            for one in self.services
        )
        return self.model_copy(update={"services": services})

    def with_next_key(self) -> Self:
        return self.model_copy(update={"key_version": self.key_version + 1})

    def with_next_stats(self) -> Self:
        return self.model_copy(update={"stats_version": self.stats_version + 1})

    def vintage(self, member: Member) -> str:
        versions = {"key": self.key_version, "stats": self.stats_version}
        return load_balancer_vintage.vintage(self, member, versions)

    def endpoint(self, cluster: str) -> ClusterEndpoint | None:
        return next((one for one in self.endpoints if one.cluster == cluster), None)

    def carrying(self, endpoint: ClusterEndpoint) -> Self:
        """With this endpoint, which takes the place of the same cluster's."""
        if self.endpoint(endpoint.cluster) is None:
            return self.model_copy(update={"endpoints": (*self.endpoints, endpoint)})
        known = (endpoint if one.cluster == endpoint.cluster else one for one in self.endpoints)
        return self.model_copy(update={"endpoints": tuple(known)})

    def least_preferred(self) -> str:
        """The member at which the fewest VIPs are at home; of several the first."""
        vips = (*self.vips, *(endpoint.vip() for endpoint in self.endpoints))
        homes = Counter(map(self.preferred, vips))
        return min((member.name for member in self.members), key=lambda name: homes[name])

    def still_with(self, leaving: str, former: "LoadBalancerDocument") -> Self:
        """And a member of a former document, which goes; VIPs that were at home there still are."""
        vips = (*former.vips, *(endpoint.vip() for endpoint in former.endpoints))
        theirs = {vip.address for vip in vips if former.preferred(vip) == leaving}
        home = {"preferred_member": leaving}
        kept = {
            name: tuple(
                one.model_copy(update=home) if one.address in theirs else one
                for one in getattr(self, name)
            )
            for name in ("vips", "endpoints")
        }
        members = (*self.members, former.member(leaving))
        return self.model_copy(update={**kept, "members": members})

    def without(self, cluster: str) -> Self:
        kept = tuple(one for one in self.endpoints if one.cluster != cluster)
        return self.model_copy(update={"endpoints": kept})


def read(document: Mapping[str, Any], *, generation: int, epoch: int, deleting: bool) -> Wanted:
    known = LoadBalancerDocument.model_validate(document)
    wish = Desired(
        generation=generation,
        epoch=epoch,
        deleting=deleting,
        groups=tuple(
            GroupWish(name=member.name, size=1, vintage=known.vintage(member))
            for member in known.members
        ),
        tasks=_ENDING if deleting else _building(document, known),
    )
    return Wanted(wish, {shape.name: shape for shape in shapes(known)})


def shapes(spec: LoadBalancerSpec) -> Iterator[GroupShape]:
    """A group for each member: its one VM has addresses, and maybe a vCenter, of its own.

    Members that install packages stand on any image, the others on one of a load balancer.
    """
    for path, member in spec.paths():
        yield GroupShape(
            name=member.name,
            path=path,
            machine=_machine(member),
            placement=member.whole_placement(),
            vcenter=member.vcenter,
            addresses=tuple(map(_pool, member.networks.own().values())),
            role=ROLE if spec.install == "image" else None,
        )


def _machine(member: Member) -> Machine:
    return Machine(
        vcpu=member.vcpu,
        memory_mib=member.memory_mib,
        disk_gib=member.disk_gib,
        template=member.template,
        image=member.image,
    )


def _pool(nic: Nic) -> AddressPool:
    return AddressPool(
        ranges=(str(nic.address.ip),),
        prefix_length=nic.address.network.prefixlen,
        gateway=nic.gateway,
        nameservers=nic.nameservers,
        routes=nic.routes,
    )


def _building(document: Mapping[str, Any], known: LoadBalancerDocument) -> tuple[TaskWish, ...]:
    """Members that are there already are told of every change of the document."""
    told = digest([json.dumps(document, sort_keys=True)])
    return (
        TaskWish(name=SECRETS, when=When.BEFORE_NODES, key=str(known.key_version)),
        TaskWish(name=CONFIGURATION, when=When.WITH_MEMBERS, key=told),
        TaskWish(name=CONFIGURED, when=When.WITH_ANSWERS),
    )


_ENDING = (TaskWish(name=RELEASE, when=When.AFTER_NODES),)
