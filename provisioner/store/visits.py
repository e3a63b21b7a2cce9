"""What nodes ask and report: few statements, and none that writes when nothing changes."""

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from provisioner.domain.kinds import role
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.store import events, nodes, resources
from provisioner.store.tables import Node, Resource
from provisioner.store.types import utc_now


@dataclass(frozen=True)
class Visitor:
    """A node that calls, as it is on record."""

    node: Node
    resource: Resource

    @property
    def role(self) -> str:
        return role(self.resource.kind, self.node.group)

    @property
    def settled(self) -> bool:
        """It reported ready: nothing it says changes anything any more."""
        return bool(self.node.reported_ready_at) or self.node.phase == Phase.READY

    @property
    def powerless(self) -> bool:
        """Given up, on its way out, or of a resource that is."""
        going = self.node.phase in (Phase.REMOVING, Phase.GONE)
        return going or bool(self.node.failure or self.resource.deletion_requested_at)


def find(session: Session, node_id: str) -> Visitor | None:
    query = (
        select(Node, Resource)
        .join(Resource, Resource.id == Node.resource_id)
        .where(Node.id == node_id)
    )
    found = session.execute(query).first()
    return Visitor(*found) if found else None


def note_progress(session: Session, node: Node, progress: str) -> None:
    """Also that the node made contact. A note for people, so it takes no lock."""
    session.execute(
        update(Node)
        .where(Node.id == node.id, Node.phase == Phase.CREATING)
        .values(progress=progress, contacted_at=func.coalesce(Node.contacted_at, utc_now()))
    )


def note_configuration(session: Session, node: Node, revision: str) -> None:
    """What it was told by us directly. What its VM carries since is newer, and stays."""
    session.execute(
        update(Node)
        .where(Node.id == node.id, Node.configured_at.is_(None))
        .values(configuration=revision)
    )


def note_failure(session: Session, node: Node, failure: str) -> bool:
    """True when it is news: the first failure is the reason, later ones follow from it."""
    found = locked(session, node)
    if found.powerless or found.settled:
        return False
    nodes.stamp(found.node, "contacted_at")
    found.node.failure = found.node.progress = failure
    message = f"{node.name} failed: {failure}"
    events.record(session, found.resource, events.FAILED, message, node=node, warning=True)
    return True


def note_once(session: Session, node: Node, reason: str, message: str) -> None:
    """A node may repeat itself; its history does not, however often it tries."""
    found = locked(session, node)
    if not events.tells(session, found.node, reason):
        events.record(session, found.resource, reason, message, node=found.node)


def request_join(session: Session, node: Node) -> bool:
    """True when it is news."""
    found = locked(session, node)
    if found.powerless or found.settled:
        return False
    return nodes.stamp(found.node, "join_requested_at")


def miss_join_token(session: Session, node: Node) -> bool:
    """The one it was given is of no use any more, so that it gets another. True when it is news.

    Whoever saw an older state than the row is in asks in vain.
    """
    found = locked(session, node)
    if found.powerless or found.settled or found.node.join_token_at != node.join_token_at:
        return False
    found.node.join_token_at = None
    return True


def report_ready(session: Session, node: Node) -> bool:
    """True when it is news."""
    found = locked(session, node)
    if found.powerless or not nodes.stamp(found.node, "reported_ready_at"):
        return False
    message = f"{node.name} reports ready"
    events.record(session, found.resource, "NodeReportedReady", message, node=node)
    return True


def masters(session: Session, resource_id: str) -> list[Node]:
    """All the control plane ever had, in order of creation."""
    return nodes.of_resource(session, resource_id, group=CONTROL_PLANE, gone=True)


def locked(session: Session, node: Node) -> Visitor:
    """As it is now, and stays for this transaction."""
    resource = resources.lock(session, node.resource_id)
    return Visitor(nodes.get(session, node.id), resource)
