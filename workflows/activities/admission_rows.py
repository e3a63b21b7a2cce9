"""What admission reads from and writes to the database."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import load_only

from provisioner.domain.nodes import Loss, Phase
from provisioner.domain.virtual_machines import POWERED_ON
from provisioner.store import care, events, inventory, nodes
from provisioner.store.database import Database
from provisioner.store.tables import Node, Resource
from provisioner.store.types import utc_now
from workflows.activities.sightings import DISAPPEARED, note_lost


@dataclass(frozen=True)
class Candidate:
    """A node that reported ready, with a VM."""

    node: str
    resource: str
    kind: str
    vcenter_id: str
    moref: str


class AdmissionRows:
    def __init__(self, database: Database) -> None:
        self._database = database

    def candidates(self, resource_id: str) -> list[Candidate]:
        """In the order in which they reported."""
        query = select(Node, Resource.kind).join(Resource, Resource.id == Node.resource_id)
        query = query.options(load_only(Node.resource_id, Node.vcenter_id, Node.moref))
        waiting = query.where(Node.resource_id == resource_id, *nodes.UNADMITTED)
        with self._database.read() as session:
            return [
                Candidate(node.id, node.resource_id, kind, node.vcenter_id, node.moref)
                for node, kind in session.execute(waiting.order_by(Node.reported_ready_at, Node.id))
                if node.moref
            ]

    def note_ready(self, node_id: str) -> bool:
        """Whether the watch, for which it was none of its business until now, saw it off last."""
        with self._database.write() as session:
            resource, node = nodes.locked(session, node_id)
            if node.phase == Phase.CREATING and nodes.stamp(node, "ready_at"):
                node.phase, node.problem, node.progress = Phase.READY, None, None
                care.soon(resource, utc_now())
                took = node.ready_at - node.created_at if node.ready_at else timedelta()
                message = f"{node.name} is ready after {took.total_seconds():.1f} s"
                events.record(session, resource, "NodeReady", message, node=node)
            seen = inventory.power_states(session, [node.instance_uuid])
            return seen.get(node.instance_uuid, POWERED_ON) != POWERED_ON

    def note_gone(self, node_id: str) -> None:
        with self._database.write() as session:
            _, node = nodes.locked(session, node_id)
            if node.phase == Phase.CREATING and not node.failure:
                node.failure = DISAPPEARED

    def note_off(self, node_id: str) -> None:
        with self._database.write() as session:
            note_lost(session, nodes.get(session, node_id), Loss.OFF)

    def note_problem(self, node_id: str, problem: str) -> None:
        with self._database.write() as session:
            _, node = nodes.locked(session, node_id)
            if node.phase == Phase.CREATING:
                node.problem = problem
