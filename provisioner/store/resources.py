"""Resources: clusters today, load balancer pairs and others later. Specs are append-only."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from provisioner.domain.conditions import Status
from provisioner.domain.ids import new_uuid
from provisioner.domain.naming import SERVICE
from provisioner.store import events, operations
from provisioner.store.errors import Conflict, NotFound, Taken
from provisioner.store.tables import Node, Operation, Resource, Spec, VCenter
from provisioner.store.types import utc_now

Json = dict[str, Any]


@dataclass(frozen=True)
class NewResource:
    org_id: int
    kind: str
    name: str
    vcenter_id: str
    document: Json
    requested_by: str


def create(session: Session, new: NewResource) -> tuple[Resource, Operation]:
    """Raises Taken when a live resource of this kind has the name."""
    resource = Resource(
        id=new_uuid(),
        org_id=new.org_id,
        kind=new.kind,
        name=new.name,
        vcenter_id=new.vcenter_id,
        generation=1,
        epoch=1,
        last_event=0,
        created_by=new.requested_by,
    )
    session.add(resource)
    try:
        session.flush()
    except IntegrityError as err:
        raise Taken(f"there is a {new.kind} named {new.name!r} already") from err
    _append(session, resource, new.document, new.requested_by)
    operation = operations.begin(session, resource, "create", new.requested_by)
    events.record(session, resource, "CreationRequested", f"asked for by {new.requested_by}")
    return resource, operation


def lock(session: Session, resource_id: str) -> Resource:
    """The row, held until the transaction ends; every write about a resource begins here."""
    found = _locked(session, Resource.id == resource_id)
    if found is None:
        raise NotFound(f"there is no resource {resource_id}")
    return found


def lock_of_node(session: Session, node_id: str) -> Resource:
    """As `lock`. A node stays with its resource, so which one it is may be read before."""
    owner = select(Node.resource_id).where(Node.id == node_id).scalar_subquery()
    found = _locked(session, Resource.id == owner)
    if found is None:
        raise NotFound(f"there is no node {node_id}")
    return found


def _locked(session: Session, which: ColumnElement[bool]) -> Resource | None:
    query = select(Resource).where(which).with_for_update()
    # What this session read before the lock may be stale by now.
    return session.scalars(query.execution_options(populate_existing=True)).first()


def get(session: Session, resource_id: str) -> Resource:
    """Unlocked, deleted ones too."""
    query = select(Resource).where(Resource.id == resource_id)
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(f"there is no resource {resource_id}")
    return found


def find(session: Session, org_id: int, kind: str, key: str) -> Resource:
    """By UUID or by the name of a live one. Deleted ones and other organisations' are not found."""
    query = select(Resource).where(
        Resource.org_id == org_id,
        Resource.kind == kind,
        Resource.deleted_at.is_(None),
        (Resource.id == key) | (Resource.name == key),
    )
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(f"there is no {kind.replace('-', ' ')} {key!r}")
    return found


def find_ever(session: Session, org_id: int, kind: str, key: str) -> Resource:
    """For looking back: as `find`, and by UUID also those deleted."""
    query = select(Resource).where(
        Resource.org_id == org_id, Resource.kind == kind, Resource.id == key
    )
    return session.scalars(query).first() or find(session, org_id, kind, key)


def by_number(session: Session, org_id: int, number: int) -> Resource | None:
    found = session.get(Resource, number)
    return found if found and found.org_id == org_id and found.deleted_at is None else None


def listed(session: Session, org_id: int, kind: str) -> list[Resource]:
    query = select(Resource).where(
        Resource.org_id == org_id, Resource.kind == kind, Resource.deleted_at.is_(None)
    )
    return list(session.scalars(query.order_by(Resource.name)))


def document(session: Session, resource: Resource) -> Json:
    """The spec of the present generation."""
    found = session.get(Spec, (resource.id, resource.generation))
    if found is None:
        raise NotFound(f"{resource.kind} {resource.name} has no spec {resource.generation}")
    return found.document


def change(
    session: Session, resource: Resource, kind: str, who: str, edited: Json, told: str = ""
) -> Operation:
    """Appends the next generation's document. Raises Conflict while the resource is being deleted.

    `kind` is the operation's; the history tells it, or `told`.

    `resource` must be locked: the last accepted generation wins and none is lost.
    """
    refuse_when_deleting(resource)
    resource.generation += 1
    _new_epoch(session, resource)
    _append(session, resource, edited, who)
    events.record(session, resource, "ChangeRequested", f"{told or kind} asked for by {who}")
    return operations.begin(session, resource, kind, who)


def amend(session: Session, resource: Resource, kind: str, message: str, edited: Json) -> None:
    """A change of the service's own. Raises Conflict while the resource is being deleted.

    `resource` must be locked. What users wait for goes on, and is done when this is done as well;
    failed attempts still count.
    """
    refuse_when_deleting(resource)
    resource.generation += 1
    _append(session, resource, edited, SERVICE)
    events.record(session, resource, "Amended", message)
    if operations.running(session, resource.id) is None:
        operations.begin(session, resource, kind, SERVICE)


def retry(session: Session, resource: Resource, who: str) -> Operation:
    """Counts attempts afresh; the spec stays."""
    refuse_when_deleting(resource)
    _new_epoch(session, resource)
    events.record(session, resource, "RetryRequested", f"asked for by {who}")
    return operations.begin(session, resource, "retry", who)


def request_deletion(session: Session, resource: Resource, who: str) -> Operation:
    """Idempotent: asked again, the deletion under way is answered."""
    under_way = operations.running(session, resource.id)
    if resource.deletion_requested_at and under_way and under_way.kind == "delete":
        return under_way
    resource.deletion_requested_at = resource.deletion_requested_at or utc_now()
    _new_epoch(session, resource)
    resource.status = Status.DELETING
    events.record(session, resource, "DeletionRequested", f"asked for by {who}")
    return operations.begin(session, resource, "delete", who)


def refuse_when_deleting(resource: Resource) -> None:
    if resource.deletion_requested_at:
        raise Conflict(f"{resource.kind} {resource.name} is being deleted")


def vcenter_of(session: Session, resource: Resource) -> VCenter:
    found = session.get(VCenter, resource.vcenter_id)
    if found is None:
        raise NotFound(f"the vCenter of {resource.name} is gone")
    return found


def _new_epoch(session: Session, resource: Resource) -> None:
    resource.epoch += 1
    if resource.status in (Status.RUNNING, Status.DEGRADED, Status.FAILED):
        resource.status = Status.UPDATING if resource.observed_generation else Status.CREATING
    _ask_again(session, resource)


def _ask_again(session: Session, resource: Resource) -> None:
    """Who refused its configuration, or left it unanswered, may think better of it meanwhile."""
    refusing = (Node.resource_id == resource.id, Node.misconfigured.is_not(None))
    asked = {"misconfigured": None, "answered": None, "configured_at": utc_now()}
    session.execute(update(Node).where(*refusing).values(**asked))


def _append(session: Session, resource: Resource, edited: Json, who: str) -> None:
    session.add(
        Spec(
            resource_id=resource.id,
            generation=resource.generation,
            document=edited,
            requested_by=who,
        )
    )
