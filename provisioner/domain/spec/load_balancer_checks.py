"""A load balancer's document against itself: its members, how they agree, and its names."""

from collections.abc import Iterator

from provisioner.domain.faults import Fault
from provisioner.domain.naming import MAX_HOSTNAME, longest_node_name
from provisioner.domain.spec.authority_checks import check_authorities
from provisioner.domain.spec.load_balancer import LoadBalancerSpec, Member
from provisioner.domain.spec.load_balancer_names import repeated
from provisioner.domain.spec.load_balancer_network_checks import check_networks
from provisioner.domain.spec.load_balancer_port_checks import check_ports
from provisioner.domain.spec.load_balancer_service_checks import check_services
from provisioner.domain.spec.load_balancer_vip_checks import check_vips
from provisioner.domain.spec.placement_checks import check_placement


def check_load_balancer(spec: LoadBalancerSpec) -> list[Fault]:
    return [
        *_members(spec),
        *_vrrp(spec),
        *check_networks(spec),
        *check_vips(spec),
        *check_services(spec),
        *check_ports(spec),
        *check_authorities(spec.trusted_cas),
    ]


def notes(spec: LoadBalancerSpec) -> list[str]:
    """What users should know of a document that is sound."""
    return [*_fewer_than_two(spec), *_deserted(spec), *_closed(spec), *_moving(spec)]


def _members(spec: LoadBalancerSpec) -> Iterator[Fault]:
    yield from repeated((f"{path}.name", member.name) for path, member in spec.paths())
    for path, member in spec.paths():
        yield from _hostname(spec, member, path)
        yield from check_placement(member.placement, f"{path}.placement", whole=True)


def _hostname(spec: LoadBalancerSpec, member: Member, path: str) -> Iterator[Fault]:
    over = longest_node_name(spec.name, member.name) - MAX_HOSTNAME
    if over > 0:
        advice = f"makes hostnames longer than {MAX_HOSTNAME}; shorten by {over} characters"
        yield Fault(f"{path}.name", advice, rests_on=("name", f"{path}.name"))


def _vrrp(spec: LoadBalancerSpec) -> Iterator[Fault]:
    vrrp = spec.vrrp
    if vrrp.version == 3 and vrrp.auth != "none":
        advice = "VRRP version 3 has no authentication; use none, or version 2"
        yield Fault("vrrp.auth", advice, rests_on=("vrrp.auth", "vrrp.version"))
    if vrrp.version == 2 and not _whole_seconds(vrrp.interval_seconds):
        advice = "version 2 takes whole seconds, 1 to 10"
        yield Fault("vrrp.interval", advice, rests_on=("vrrp.interval", "vrrp.version"))


def _whole_seconds(interval: float) -> bool:
    return interval >= 1 and interval == int(interval)


def _fewer_than_two(spec: LoadBalancerSpec) -> Iterator[str]:
    if len(spec.members) == 1:
        yield (
            f"{spec.name} has one member: when it fails, or is changed, its services are down. "
            "A second member takes over within seconds."
        )


def _deserted(spec: LoadBalancerSpec) -> Iterator[str]:
    own = {member.site for member in spec.members}
    pools = (pool for service in spec.services for pool in service.pools)
    for site in sorted({pool.site for pool in pools if pool.site} - own):
        yield (
            f"No member is of site {site}: its servers stand by for those of the site that has a "
            "member, and serve beside them where no member has a site."
        )


def _closed(spec: LoadBalancerSpec) -> Iterator[str]:
    if spec.stats is None:
        yield "There is no stats page: give stats.secret to have one."
    elif not spec.firewall.stats:
        yield "Nobody may reach the stats page: list who may in firewall.stats."
    if not spec.firewall.ssh:
        yield "Nobody may reach the members by SSH: list who may in firewall.ssh."


def _moving(spec: LoadBalancerSpec) -> Iterator[str]:
    for service in spec.services:
        if service.move_together:
            yield (
                f"{service.name} moves all its ports together between its servers. In front of a "
                "vCenter or Platform Services Controller VMware supports only the balancers that "
                "it lists; keepalived with HAProxy is not one of them."
            )
