"""From a pair's document, and what was decided for it since, to what its members run on."""

from collections.abc import Iterator, Mapping, Sequence

from provisioner.domain.load_balancers import ClusterEndpoint
from provisioner.domain.spec.load_balancer import LoadBalancerSpec, Member, Network
from provisioner.domain.spec.load_balancer import Vip as WantedVip
from provisioner.edge import model
from provisioner.edge.endpoints import endpoint_services
from provisioner.edge.placeholders import INTERFACES
from provisioner.edge.services import service_of

PREFERRED, OTHER = 100, 98


def pair(
    spec: LoadBalancerSpec,
    router_ids: Mapping[str, int],
    states: Mapping[str, model.AdminState],
    endpoints: Sequence[ClusterEndpoint] = (),
) -> tuple[model.Member, ...]:
    """All members, in the document's order.

    `router_ids`: one for the name of each member; `states`: of servers by name, ready if absent;
    `endpoints`: of clusters. Raises KeyError when a member has no router id.
    """
    return tuple(
        model.Member(
            balancer=spec.name,
            name=member.name,
            management=_nic(member, "management"),
            frontend=_nic(member, "frontend"),
            peers=tuple(
                peer.networks.nic("frontend").address.ip
                for peer in spec.members
                if peer is not member
            ),
            vrrp=spec.vrrp,
            failback=spec.failback,
            groups=tuple(_groups(spec, member, router_ids, endpoints)),
            services=tuple(_services(spec, member, states, endpoints)),
            stats_port=spec.stats.port if spec.stats else None,
            firewall=spec.firewall,
            timeouts=spec.timeouts,
        )
        for member in spec.members
    )


def _nic(member: Member, network: Network) -> model.Nic:
    return model.Nic(
        interface=_interface(member, network), address=member.networks.nic(network).address.ip
    )


def _interface(member: Member, network: Network) -> str:
    return INTERFACES[network if network in member.networks.own() else "management"]


def _groups(
    spec: LoadBalancerSpec,
    own: Member,
    router_ids: Mapping[str, int],
    endpoints: Sequence[ClusterEndpoint],
) -> Iterator[model.VipGroup]:
    """One for each member, VIPs or not: so none comes or goes while the members live."""
    wanted = [*spec.vips, *(endpoint.vip() for endpoint in endpoints)]
    for member in spec.members:
        vips = [vip for vip in wanted if spec.preferred(vip) == member.name]
        yield model.VipGroup(
            member=member.name,
            router_id=router_ids[member.name],
            priority=PREFERRED if member is own else OTHER,
            vips=tuple(_vip(own, vip) for vip in vips),
        )


def _vip(own: Member, vip: WantedVip) -> model.Vip:
    return model.Vip(address=vip.address, interface=_interface(own, vip.network))


def _services(
    spec: LoadBalancerSpec,
    own: Member,
    states: Mapping[str, model.AdminState],
    endpoints: Sequence[ClusterEndpoint],
) -> Iterator[model.Service]:
    vips = {vip.name: _vip(own, vip) for vip in spec.vips}
    for service in spec.services:
        yield service_of(service, vips[service.vip], own, states)
    for endpoint in endpoints:
        yield from endpoint_services(endpoint, _vip(own, endpoint.vip()))
