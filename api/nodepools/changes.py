"""What can be asked of a node pool: to exist, another size, and to lose chosen nodes."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from api.patches import fixed_fields, read_patch
from provisioner.domain.faults import Fault
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import ClusterSpec, NodePool
from provisioner.domain.spec.document import Document
from provisioner.domain.spec.reading import read
from provisioner.domain.spec.source_checks import check_source
from provisioner.store.tables import Node

FaultsOf = Callable[[ClusterSpec], list[Fault]]
_FIXED = "can't be changed; make another pool and delete this one"
# Nodes belong to a pool by its name: the new one would take over what is left of the old one.
_LEAVING = "a deleted pool of this name still has nodes; wait until they are gone"


class PoolChange(Document):
    """`remove` names nodes. Without `size` the pool shrinks by them, else they are replaced."""

    size: Annotated[int, Field(ge=0, le=1000)] = 0
    remove: Annotated[tuple[str, ...], Field(max_length=1000)] = ()


def with_new_pool(
    body: object, spec: ClusterSpec, nodes: Iterable[Node], faults_of: FaultsOf
) -> ClusterSpec:
    """`nodes` are the cluster's that are not gone.

    Raises InvalidRequest, its paths those of the pool's own document.
    """
    leaving = {node.group for node in nodes} - set(spec.groups())
    at = f"nodePools.{len(spec.node_pools)}."

    def grown(pool: NodePool) -> ClusterSpec:
        return spec.model_copy(update={"node_pools": (*spec.node_pools, pool)})

    def checks(pool: NodePool) -> list[Fault]:
        found = [*check_source(pool, "")]
        found += [_within(at, fault) for fault in faults_of(grown(pool))]
        return [*found, Fault("name", _LEAVING)] if pool.name in leaving else found

    return grown(read(NodePool, body, checks))


def with_pool_changed(
    body: object, spec: ClusterSpec, pool: NodePool, nodes: Iterable[Node], faults_of: FaultsOf
) -> tuple[ClusterSpec, list[Node]]:
    """The new spec and the chosen nodes. Raises InvalidRequest with all faults."""
    candidates = {node.name: node for node in nodes if node.group == pool.name}

    def checks(change: PoolChange) -> list[Fault]:
        return _faults_of_choice(change.remove, candidates) + [
            Fault("size", f"{fault.path}: {fault.message}")
            for fault in faults_of(_resized(spec, pool, change))
        ]

    fixed = fixed_fields(body, NodePool, PoolChange, _FIXED)
    change = read_patch(PoolChange, body, fixed, checks)
    return _resized(spec, pool, change), [candidates[name] for name in change.remove]


def _within(at: str, fault: Fault) -> Fault:
    fields = (one.removeprefix(at) for one in fault.rests_on if one.startswith(at))
    return replace(fault, path=fault.path.removeprefix(at), rests_on=tuple(fields))


def _resized(spec: ClusterSpec, pool: NodePool, change: PoolChange) -> ClusterSpec:
    smaller = max(0, pool.size - len(change.remove))
    size = change.size if "size" in change.model_fields_set else smaller
    pools = tuple(
        one.model_copy(update={"size": size}) if one.name == pool.name else one
        for one in spec.node_pools
    )
    return spec.model_copy(update={"node_pools": pools})


def _faults_of_choice(chosen: tuple[str, ...], candidates: dict[str, Node]) -> list[Fault]:
    faults = []
    for index, name in enumerate(chosen):
        node, path = candidates.get(name), f"remove.{index}"
        if name in chosen[:index]:
            faults.append(Fault(path, f"{name} is named twice"))
        elif node is None:
            faults.append(Fault(path, f"there is no node {name} in this pool"))
        elif node.chosen or node.phase not in (Phase.CREATING, Phase.READY):
            faults.append(Fault(path, f"{name} is being removed already"))
    return faults
