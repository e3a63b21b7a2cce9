"""keepalived's configuration of one member: who carries which VIPs."""

from ipaddress import IPv4Address

from provisioner.edge.blocks import block
from provisioner.edge.haproxy import ALIVE_PORT
from provisioner.edge.keepalived_syntax import document, global_defs, unicast
from provisioner.edge.layout import CHECK_HAPROXY
from provisioner.edge.model import Member, VipGroup
from provisioner.edge.placeholders import VRRP_KEY

# Long enough for a returned HAProxy to have asked its servers.
_FAILBACK_SECONDS = 10
# Below all that members are given.
_LOWEST = 1
# An address that never is anybody's, RFC 5737. Without a peer it would multicast.
_NOBODY = IPv4Address("192.0.2.1")


def yielding(member: Member) -> Member:
    """It keeps its VIPs until a peer has them, and not longer.

    Nobody hears it any more, so the peer takes over; it hears that one, which comes before it.
    """
    groups = (group.model_copy(update={"priority": _LOWEST}) for group in member.groups)
    return member.model_copy(update={"peers": (_NOBODY,), "groups": tuple(groups)})


def render(member: Member) -> str:
    instances = (_instance(member, group) for group in member.groups)
    name = f"{member.balancer}-{member.name}"
    return document([global_defs(name, member.vrrp.version), _check(), *instances])


def _check() -> str:
    return block(
        "vrrp_script haproxy",
        f'script "{CHECK_HAPROXY} {ALIVE_PORT}"',
        "interval 1",
        # Far beyond its patience: where even starting it takes long, HAProxy may still serve.
        "timeout 10",
        # systemd starts a HAProxy that died sooner than it fails twice.
        "fall 2",
        "rise 2",
        # Any other weight only lowers the priority, which nopreempt makes the peer ignore.
        "weight 0",
    )


def _instance(member: Member, group: VipGroup) -> str:
    return block(
        f"vrrp_instance {group.member}",
        "state BACKUP",
        _failback(member),
        f"interface {member.frontend.interface}",
        f"virtual_router_id {group.router_id}",
        f"priority {group.priority}",
        f"advert_int {member.vrrp.interval_seconds:g}",
        *unicast(str(member.frontend.address), [str(peer) for peer in member.peers]),
        *_authentication(member),
        block("virtual_ipaddress", _anchor(group)),
        *_vips(group),
        block("track_script", "haproxy"),
        *_tracked(member, group),
    )


def _failback(member: Member) -> str:
    return "nopreempt" if member.failback == "manual" else f"preempt_delay {_FAILBACK_SECONDS}"


def _authentication(member: Member) -> list[str]:
    if member.vrrp.auth == "none":
        return []
    lines = (f"auth_type {member.vrrp.auth}", f"auth_pass {VRRP_KEY}")
    return [block("authentication", *lines)]


def _anchor(group: VipGroup) -> str:
    """Adverts name this one alone. A peer that knows other VIPs than an advert names ignores it
    and takes them all: so VIPs could not change on one member after the other."""
    return f"169.254.0.{group.router_id}/32 dev lo"


def _vips(group: VipGroup) -> list[str]:
    lines = [f"{vip.address}/32 dev {vip.interface}" for vip in group.vips]
    return [block("virtual_ipaddress_excluded", *lines)] if lines else []


def _tracked(member: Member, group: VipGroup) -> list[str]:
    """Interfaces that a VIP needs; the instance's own is tracked anyway."""
    others = sorted({vip.interface for vip in group.vips} - {member.frontend.interface})
    return [block("track_interface", *others)] if others else []
