"""A cluster in the words of everything made of VMs."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from provisioner.domain import add_ons
from provisioner.domain.cluster_endpoints import followed_groups
from provisioner.domain.planning.digests import digest
from provisioner.domain.planning.wishes import Desired, GroupWish, TaskWish, When
from provisioner.domain.spec.cluster import CONTROL_PLANE, ClusterSpec, NodePool
from provisioner.domain.wanted import GroupShape, Wanted

KIND = "cluster"
CERTIFICATES, RELEASE, JOIN_TOKENS = "certificates", "release", "join-tokens"
ETCD_PREFIX = "etcd-prefix"
MEMBERS, CONFIGURED = "members", "configured"
ENDPOINT_PAIR, ENDPOINT = "endpoint-pair", "endpoint"
TASKS = (
    *(CERTIFICATES, ETCD_PREFIX, RELEASE, JOIN_TOKENS, MEMBERS, CONFIGURED),
    *(ENDPOINT_PAIR, ENDPOINT, *add_ons.MANAGED),
)

# Whose the nodes' tokens are, and whom they are for.
TOKEN_ISSUER, TOKEN_AUDIENCE = "pke-provisioner", "pke-provisioner/node"

Role = Literal["master", "worker"]


def role(group: str) -> Role:
    return "master" if group == CONTROL_PLANE else "worker"


def read(document: Mapping[str, Any], *, generation: int, epoch: int, deleting: bool) -> Wanted:
    spec = ClusterSpec.model_validate(document)
    wish = desired(spec, generation=generation, epoch=epoch, deleting=deleting)
    return Wanted(wish, {shape.name: shape for shape in shapes(spec)})


def shapes(spec: ClusterSpec) -> Iterator[GroupShape]:
    """Also of groups whose names are not sound."""
    installed = spec.kubernetes.version if spec.bootstrap.install == "image" else None
    for path, group in spec.paths():
        name = group.name if isinstance(group, NodePool) else CONTROL_PLANE
        yield GroupShape(name, path, group, spec.placement, kubernetes=installed)


def desired(spec: ClusterSpec, *, generation: int, epoch: int, deleting: bool) -> Desired:
    pools = [GroupWish(name=pool.name, size=pool.size) for pool in spec.node_pools]
    masters = GroupWish(
        name=CONTROL_PLANE,
        size=spec.control_plane.size,
        core=True,
        one_at_a_time=True,
        voting=spec.control_plane.external_etcd is None,
    )
    return Desired(
        generation=generation,
        epoch=epoch,
        deleting=deleting,
        groups=(masters, *pools),
        tasks=_ending() if deleting else _building(spec),
    )


# A prefix that users choose may be somebody else's. It waits for an etcd cluster that is to come.
_CLAIMING = TaskWish(name=ETCD_PREFIX, when=When.BEFORE_NODES, persistent=True)
_TELLING = (
    TaskWish(name=MEMBERS, when=When.WITH_MEMBERS),
    TaskWish(name=CONFIGURED, when=When.WITH_ANSWERS),
)


def _building(spec: ClusterSpec) -> tuple[TaskWish, ...]:
    floating = spec.endpoint.mode == "keepalived"
    external = spec.control_plane.external_etcd
    return (
        TaskWish(name=CERTIFICATES, when=When.BEFORE_NODES),
        *([_CLAIMING] if external and external.prefix else ()),
        TaskWish(name=JOIN_TOKENS, when=When.ON_TURN),
        *(_TELLING if floating else ()),
        *(_carried(spec) if spec.endpoint.pair else ()),
        *(_installing(spec, wish) for wish in add_ons.wishes(spec)),
    )


def _carried(spec: ClusterSpec) -> Iterator[TaskWish]:
    """The pair may be still to come. Masters start when it leads to them."""
    yield TaskWish(name=ENDPOINT_PAIR, when=When.BEFORE_NODES, persistent=True)
    asked = digest([json.dumps(spec.endpoint.model_dump(mode="json"), sort_keys=True)])
    yield TaskWish(
        name=ENDPOINT,
        when=When.WITH_NODES,
        key=asked,
        persistent=True,
        follows=followed_groups(spec),
    )


def _installing(spec: ClusterSpec, wish: add_ons.Wish) -> TaskWish:
    key = add_ons.key(spec, wish)
    return TaskWish(name=wish.name, when=When.AFTER_CORE, key=key, persistent=True)


def _ending() -> tuple[TaskWish, ...]:
    return (TaskWish(name=RELEASE, when=When.AFTER_NODES),)
