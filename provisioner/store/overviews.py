"""Resources as lists and pages show them, in few statements however many there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from provisioner.domain.nodes import Phase
from provisioner.domain.spec.document import Document
from provisioner.store.tables import Node, Operation, Resource, Spec, VCenter

S = TypeVar("S", bound=Document)


@dataclass(frozen=True)
class Overview(Generic[S]):
    resource: Resource
    spec: S
    vcenter: str
    ready: int
    total: int
    operation: str | None


def overviews(session: Session, found: Iterable[Resource], kind: type[S]) -> list[Overview[S]]:
    """`kind`: of their documents."""
    resources = list(found)
    ids = [resource.id for resource in resources]
    specs, centers = _specs(session, ids, kind), _vcenters(session, ids)
    ready, total = _counts(session, ids, ready=True), _counts(session, ids, ready=False)
    latest = _latest_operations(session, ids)
    return [
        Overview(
            resource=one,
            spec=specs[one.id],
            vcenter=centers[one.id],
            ready=ready.get(one.id, 0),
            total=total.get(one.id, 0),
            operation=latest.get(one.id),
        )
        for one in resources
    ]


def _specs(session: Session, ids: list[str], kind: type[S]) -> dict[str, S]:
    query = (
        select(Spec.resource_id, Spec.document)
        .join(Resource, Resource.id == Spec.resource_id)
        .where(Spec.resource_id.in_(ids), Spec.generation == Resource.generation)
    )
    rows = session.execute(query)
    return {resource_id: kind.model_validate(document) for resource_id, document in rows}


def _vcenters(session: Session, ids: list[str]) -> dict[str, str]:
    query = (
        select(Resource.id, VCenter.name)
        .join(VCenter, VCenter.id == Resource.vcenter_id)
        .where(Resource.id.in_(ids))
    )
    return dict(session.execute(query).all())


def _counts(session: Session, ids: list[str], *, ready: bool) -> dict[str, int]:
    serving = (Node.phase == Phase.READY) & Node.lost.is_(None)
    wanted = serving if ready else Node.phase != Phase.GONE
    query = (
        select(Node.resource_id, func.count())
        .where(Node.resource_id.in_(ids), wanted)
        .group_by(Node.resource_id)
    )
    return dict(session.execute(query).all())


def _latest_operations(session: Session, ids: list[str]) -> dict[str, str]:
    query = (
        select(Operation.resource_id, Operation.id)
        .where(Operation.resource_id.in_(ids))
        .order_by(Operation.started_at)
    )
    return dict(session.execute(query).all())
