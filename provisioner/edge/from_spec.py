"""From a pair's document to what its members run on."""

from collections.abc import Iterator, Mapping

from provisioner.domain.load_balancers import LoadBalancerDocument
from provisioner.domain.spec.load_balancer import Member, Network
from provisioner.domain.spec.load_balancer import Vip as WantedVip
from provisioner.edge import model
from provisioner.edge.endpoints import endpoint_services
from provisioner.edge.placeholders import INTERFACES
from provisioner.edge.services import service_of

PREFERRED, OTHER = 100, 98


def pair(document: LoadBalancerDocument, router_ids: Mapping[str, int]) -> tuple[model.Member, ...]:
    """All members, in the document's order. Raises KeyError when one of them has no router id."""
    return tuple(
        model.Member(
            balancer=document.name,
            name=member.name,
            management=_nic(member, "management"),
            frontend=_nic(member, "frontend"),
            peers=tuple(
                peer.networks.nic("frontend").address.ip
                for peer in document.members
                if peer is not member
            ),
            vrrp=document.vrrp,
            failback=document.failback,
            groups=tuple(_groups(document, member, router_ids)),
            services=tuple(_services(document, member)),
            stats_port=document.stats.port if document.stats else None,
            firewall=document.firewall,
            timeouts=document.timeouts,
        )
        for member in document.members
    )


def _nic(member: Member, network: Network) -> model.Nic:
    return model.Nic(
        interface=_interface(member, network), address=member.networks.nic(network).address.ip
    )


def _interface(member: Member, network: Network) -> str:
    return INTERFACES[network if network in member.networks.own() else "management"]


def _groups(
    document: LoadBalancerDocument, own: Member, router_ids: Mapping[str, int]
) -> Iterator[model.VipGroup]:
    """One for each member, VIPs or not: so none comes or goes while the members live."""
    wanted = [*document.vips, *(endpoint.vip() for endpoint in document.endpoints)]
    for member in document.members:
        vips = [vip for vip in wanted if document.preferred(vip) == member.name]
        yield model.VipGroup(
            member=member.name,
            router_id=router_ids[member.name],
            priority=PREFERRED if member is own else OTHER,
            vips=tuple(_vip(own, vip) for vip in vips),
        )


def _vip(own: Member, vip: WantedVip) -> model.Vip:
    return model.Vip(address=vip.address, interface=_interface(own, vip.network))


def _services(document: LoadBalancerDocument, own: Member) -> Iterator[model.Service]:
    vips = {vip.name: _vip(own, vip) for vip in document.vips}
    for service in document.services:
        yield service_of(service, vips[service.vip], own, document.server_states)
    for endpoint in document.endpoints:
        yield from endpoint_services(endpoint, _vip(own, endpoint.vip()))
