"""What may happen to a cluster of one master and a pool of workers."""

from typing import Any

from provisioner.domain.nodes import Phase
from provisioner.domain.planning.wishes import MAX_ATTEMPTS
from provisioner.store.tables import Node
from tests.store.estate import Estate

SMALL = {"controlPlane": {"size": 1, "template": "debian-12-node"}}


def pools(size: int) -> dict[str, Any]:
    return {"nodePools": [{"name": "pool1", "size": size, "template": "debian-12-node"}]}


def alive(estate: Estate, resource: str, group: str = "pool1") -> list[Node]:
    there = (Phase.CREATING, Phase.READY)
    return [node for node in estate.nodes(resource, group) if node.phase in there]


def fail(estate: Estate, node: Node, reason: str = "it broke") -> None:
    estate.set(node, failure=reason)


def gone(estate: Estate, resource: str) -> None:
    leaving = [node for node in estate.nodes(resource) if node.phase == Phase.REMOVING]
    estate.set(leaving, phase=Phase.GONE)


def degrade(estate: Estate, resource: str) -> None:
    """A third worker is asked for and fails three times."""
    estate.change(resource, **pools(3))
    for _ in range(MAX_ATTEMPTS):
        estate.look(resource)
        fail(estate, alive(estate, resource)[-1])
        estate.look(resource)
        gone(estate, resource)
    estate.look(resource)


def reasons(estate: Estate, resource: str) -> list[str]:
    return [event.reason for event in estate.events(resource)]


def conditions(estate: Estate, resource: str) -> dict[str, dict[str, str]]:
    return {one["type"]: one for one in estate.resource(resource).conditions}
