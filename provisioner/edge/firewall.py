"""nftables on a member: nothing comes in but what it is there for."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, collapse_addresses

from provisioner.edge.blocks import block
from provisioner.edge.model import Member, Service

_SSH_PORT = 22
# IP protocol numbers: VRRP's own, and that of its authentication header.
_VRRP, _AH = 112, 51


def render(member: Member) -> str:
    incoming = block(
        "chain input",
        "type filter hook input priority filter; policy drop;",
        'iifname "lo" accept',
        "ct state established,related accept",
        "icmp type echo-request accept",
        *_management(member),
        *_adverts(member),
        *(_service(service) for service in member.services),
    )
    through = block("chain forward", "type filter hook forward priority filter; policy drop;")
    return f"flush ruleset\n\n{block('table inet filter', incoming, through)}\n"


def _management(member: Member) -> Iterator[str]:
    given = ((_SSH_PORT, member.firewall.ssh), (member.stats_port, member.firewall.stats))
    for port, sources in given:
        if port is not None and sources:
            nic = member.management
            met = f'iifname "{nic.interface}" ip saddr {_set(sources)} ip daddr {nic.address}'
            yield f"{met} tcp dport {port} accept"


def _adverts(member: Member) -> Iterator[str]:
    protocol = _AH if member.vrrp.auth == "AH" else _VRRP
    for peer in member.peers:
        met = f'iifname "{member.frontend.interface}" ip saddr {peer}'
        yield f"{met} ip protocol {protocol} accept"


def _service(service: Service) -> str:
    ports = ", ".join([*map(str, service.ports), *(["80"] if service.redirect_http else [])])
    vip = service.vip
    return f'iifname "{vip.interface}" ip daddr {vip.address} tcp dport {{ {ports} }} accept'


def _set(networks: Sequence[IPv4Network]) -> str:
    """nftables refuses a set whose members overlap."""
    return f"{{ {', '.join(map(str, collapse_addresses(networks)))} }}"
