"""How many of what, in which state."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from provisioner.domain.clusters import KIND
from provisioner.store.tables import Node, Operation, Resource


def clusters_by_status(session: Session) -> Mapping[str, int]:
    live = (Resource.kind == KIND) & Resource.deleted_at.is_(None)
    query = select(Resource.status, func.count()).where(live).group_by(Resource.status)
    return dict(session.execute(query).all())


def nodes_by_phase(session: Session) -> Mapping[str, int]:
    query = select(Node.phase, func.count()).group_by(Node.phase)
    return dict(session.execute(query).all())


def operations_by_state(session: Session) -> Mapping[str, int]:
    query = select(Operation.state, func.count()).group_by(Operation.state)
    return dict(session.execute(query).all())
