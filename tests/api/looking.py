"""What the workflows would have done meanwhile: a plan put on record, and nodes getting on."""

from typing import Any

from provisioner.domain.deadlines import Deadlines
from provisioner.domain.nodes import Phase
from provisioner.domain.planning.planner import plan
from provisioner.domain.replacement import Replacement
from provisioner.store import nodes, observing, recording, resources
from provisioner.store.tables import Node
from provisioner.store.types import utc_now
from tests.api.served import Api


def look(api: Api, cluster: dict[str, Any]) -> list[Node]:
    """Rows for what is missing; the nodes that are not gone."""
    with api.database.write() as session:
        resource = resources.lock(session, cluster["id"])
        world = observing.load(session, resource, utc_now())
        planned = plan(world.desired, world.observed, Deadlines(), Replacement())
        recording.record(session, world, planned, Deadlines())
        session.flush()
        recording.report(session, world, planned)
        return nodes.of_resource(session, resource.id)


def make_ready(api: Api, cluster: dict[str, Any], group: str | None = None) -> list[Node]:
    """All nodes in creation, of one group or of all."""
    for node in look(api, cluster):
        if group in (None, node.group):
            change(api, node, phase=Phase.READY, reported_ready_at=utc_now(), ready_at=utc_now())
    return look(api, cluster)


def change(api: Api, node: Node, **values: Any) -> Node:
    with api.database.write() as session:
        row = nodes.get(session, node.id)
        for name, value in values.items():
            setattr(row, name, value)
        return row


def of_group(found: list[Node], group: str) -> list[Node]:
    return [node for node in found if node.group == group]
