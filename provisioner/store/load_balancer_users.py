"""Which clusters a load balancer pair carries the endpoint of."""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.clusters import KIND as CLUSTER
from provisioner.store.errors import Conflict
from provisioner.store.tables import Resource, Spec


def users_by_name(session: Session, org_id: int) -> defaultdict[str, list[str]]:
    """Names of the clusters, in their order, by the name of their pair."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for user, pair in _users(session, org_id):
        found[pair].append(user.name)
    return found


def refuse_when_used(session: Session, resource: Resource) -> None:
    """Raises Conflict. `resource` must be locked: who wants to use it locks it, too.

    Clusters that go themselves are no hindrance: else one that broke could never be deleted.
    """
    users = [
        user.name
        for user, pair in _users(session, resource.org_id)
        if pair == resource.name and not user.deletion_requested_at
    ]
    if users:
        names = ", ".join(users)
        raise Conflict(
            f"load balancer {resource.name} carries the endpoint of {names}; "
            "delete the clusters first"
        )


def _users(session: Session, org_id: int) -> list[tuple[Resource, str]]:
    query = (
        select(Resource, Spec.document)
        .join(Spec, (Spec.resource_id == Resource.id) & (Spec.generation == Resource.generation))
        .where(Resource.org_id == org_id, Resource.kind == CLUSTER, Resource.deleted_at.is_(None))
        .order_by(Resource.name)
    )
    return [
        (resource, pair)
        for resource, document in session.execute(query)
        if (pair := document["endpoint"].get("loadBalancer"))
    ]
