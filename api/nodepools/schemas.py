"""Node pools on the wire: the pool's part of the spec, and how far its nodes are."""

from typing import Any

from pydantic import BaseModel

from api.resources import Counts
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import NodePool
from provisioner.store.tables import Node


class NodePoolOut(NodePool):
    nodes: Counts


class NodePoolList(BaseModel):
    items: list[NodePoolOut]


def shown(pool: NodePool, nodes: list[Node]) -> NodePoolOut:
    mine = [node for node in nodes if node.group == pool.name]
    ready = sum(node.phase == Phase.READY for node in mine)
    given: dict[str, Any] = {name: getattr(pool, name) for name in NodePool.model_fields}
    return NodePoolOut.model_construct(**given, nodes=Counts(ready=ready, total=len(mine)))
