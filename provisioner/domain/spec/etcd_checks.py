"""An etcd cluster's document against itself."""

from collections.abc import Iterator

from provisioner.domain.addresses import InvalidRange, capacity
from provisioner.domain.counting import counted
from provisioner.domain.faults import Fault
from provisioner.domain.naming import MAX_HOSTNAME, longest_node_name
from provisioner.domain.spec.address_checks import check_pool
from provisioner.domain.spec.authority_checks import check_authorities
from provisioner.domain.spec.etcd_cluster import MEMBER_COUNT, MEMBERS, EtcdClusterSpec
from provisioner.domain.spec.placement_checks import check_placement

_RANGES = "members.addresses.ranges"


def check_etcd_cluster(spec: EtcdClusterSpec) -> list[Fault]:
    return [
        *_name(spec),
        *check_placement(spec.placement, "placement", whole=True),
        *_override(spec),
        *check_pool(spec.members.addresses, "members.addresses"),
        *_count(spec),
        *check_authorities(spec.trusted_cas),
    ]


def _name(spec: EtcdClusterSpec) -> Iterator[Fault]:
    over = longest_node_name(spec.name, MEMBERS) - MAX_HOSTNAME
    if over > 0:
        advice = f"makes hostnames longer than {MAX_HOSTNAME}; shorten by {over} characters"
        yield Fault("name", advice)


def _override(spec: EtcdClusterSpec) -> Iterator[Fault]:
    if spec.members.placement:
        yield from check_placement(spec.members.placement, "members.placement", whole=False)


def _count(spec: EtcdClusterSpec) -> Iterator[Fault]:
    try:
        given = capacity(spec.members.addresses.ranges)
    except InvalidRange:
        return
    if given != MEMBER_COUNT:
        held = counted(given, "address", "addresses")
        advice = (
            f"holds {held}; give exactly {MEMBER_COUNT}, one per member: "
            "clients know them, and a member's successor takes over its address"
        )
        yield Fault(_RANGES, advice)
