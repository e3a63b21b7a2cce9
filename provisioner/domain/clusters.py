"""A cluster in the planner's words."""

import hashlib

from provisioner.domain.planning.wishes import Desired, GroupWish, TaskWish, When
from provisioner.domain.spec.cluster import CONTROL_PLANE, ClusterSpec

KIND = "cluster"
CERTIFICATES, LOAD_BALANCER, RELEASE = "certificates", "load-balancer", "release"
JOIN_TOKENS = "join-tokens"


def desired(spec: ClusterSpec, *, generation: int, epoch: int, deleting: bool) -> Desired:
    pools = [GroupWish(name=pool.name, size=pool.size) for pool in spec.node_pools]
    masters = GroupWish(
        name=CONTROL_PLANE, size=spec.control_plane.size, core=True, one_at_a_time=True
    )
    return Desired(
        generation=generation,
        epoch=epoch,
        deleting=deleting,
        groups=(masters, *pools),
        tasks=_ending() if deleting else _building(spec),
    )


def _building(spec: ClusterSpec) -> tuple[TaskWish, ...]:
    ranges = hashlib.sha256("\n".join(spec.load_balancer_ranges).encode()).hexdigest()[:16]
    return (
        TaskWish(name=CERTIFICATES, when=When.BEFORE_NODES),
        TaskWish(name=JOIN_TOKENS, when=When.ON_TURN),
        TaskWish(name=LOAD_BALANCER, when=When.AFTER_CORE, key=ranges),
    )


def _ending() -> tuple[TaskWish, ...]:
    return (TaskWish(name=RELEASE, when=When.AFTER_NODES),)
