"""An etcd cluster in the words of everything made of VMs."""

from collections.abc import Mapping
from typing import Any

from provisioner.domain.addresses import parse_range
from provisioner.domain.planning.wishes import Desired, GroupWish, TaskWish, When
from provisioner.domain.spec.etcd_cluster import MEMBER_COUNT, MEMBERS, EtcdClusterSpec
from provisioner.domain.wanted import GroupShape, Wanted

KIND = "etcd-cluster"
ROLE = "etcd"
AUTHORITY, MEMBERSHIPS, RELEASE = "authority", "memberships", "release"
CLIENT_PORT, PEER_PORT = 2379, 2380


def read(document: Mapping[str, Any], *, generation: int, epoch: int, deleting: bool) -> Wanted:
    spec = EtcdClusterSpec.model_validate(document)
    wish = Desired(
        generation=generation,
        epoch=epoch,
        deleting=deleting,
        # The first member starts the cluster; the others join it, as successors do later.
        groups=(GroupWish(name=MEMBERS, size=MEMBER_COUNT, core=True, one_at_a_time=True),),
        tasks=_ENDING if deleting else _BUILDING,
    )
    return Wanted(wish, {MEMBERS: shape(spec)})


def shape(spec: EtcdClusterSpec) -> GroupShape:
    return GroupShape(MEMBERS, "members", spec.members, spec.placement)


def endpoints(spec: EtcdClusterSpec) -> tuple[str, ...]:
    """Where clients ask, for the cluster's whole life: its members' addresses never change."""
    return tuple(map(client_url, addresses(spec)))


def addresses(spec: EtcdClusterSpec) -> tuple[str, ...]:
    ranges = map(parse_range, spec.members.addresses.ranges)
    return tuple(str(address) for one in ranges for address in one)


def client_url(address: str) -> str:
    return f"https://{address}:{CLIENT_PORT}"


def peer_url(address: str) -> str:
    return f"https://{address}:{PEER_PORT}"


_BUILDING = (
    TaskWish(name=AUTHORITY, when=When.BEFORE_NODES),
    TaskWish(name=MEMBERSHIPS, when=When.ON_TURN),
)
_ENDING = (TaskWish(name=RELEASE, when=When.AFTER_NODES),)
