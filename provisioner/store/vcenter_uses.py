"""Who stands in a vCenter: resources as a whole, or with some of their groups."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.kinds import READERS
from provisioner.store import vcenters
from provisioner.store.errors import Conflict
from provisioner.store.tables import Resource, Spec, VCenter


def refuse_when_used(session: Session, vcenter: VCenter) -> None:
    """Raises Conflict."""
    if names := list(_users(session, vcenter)):
        raise Conflict(f"vCenter {vcenter.name} still has {', '.join(names)}; delete them first")
    if vcenters.has_nodes(session, vcenter.id):
        raise Conflict(f"vCenter {vcenter.name} still has VMs that are being removed; wait for it")


def _users(session: Session, vcenter: VCenter) -> Iterator[str]:
    query = (
        select(Resource, Spec.document)
        .join(Spec, (Spec.resource_id == Resource.id) & (Spec.generation == Resource.generation))
        .where(Resource.org_id == vcenter.org_id, Resource.deleted_at.is_(None))
        .order_by(Resource.kind, Resource.name)
    )
    for resource, document in session.execute(query):
        whole = resource.vcenter_id == vcenter.id
        if whole or vcenter.name in _named(resource.kind, document):
            yield f"{resource.kind.replace('-', ' ')} {resource.name}"


def _named(kind: str, document: Mapping[str, Any]) -> set[str | None]:
    """vCenters of groups that stand elsewhere than their resource."""
    wanted = READERS[kind](document, generation=1, epoch=1, deleting=False)
    return {shape.vcenter for shape in wanted.groups.values()}
