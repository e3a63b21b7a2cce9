"""Which clusters a load balancer pair carries the endpoint of."""

from collections import defaultdict
from dataclasses import dataclass
from ipaddress import IPv4Address

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.clusters import KIND as CLUSTER
from provisioner.store.errors import Conflict
from provisioner.store.tables import Resource, Spec


def users_by_name(session: Session, org_id: int) -> defaultdict[str, list[str]]:
    """Names of the clusters, in their order, by the name of their pair."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for user in _users(session, org_id):
        found[user.endpoint["loadBalancer"]].append(user.resource.name)
    return found


@dataclass(frozen=True)
class User:
    """A cluster, and the VIP of its endpoint. What is leased for it is the cluster's."""

    resource: Resource
    vip: IPv4Address


def users_of(session: Session, pair: Resource) -> list[User]:
    """Also those that are being deleted: they have their VIPs until they are gone."""
    return [
        User(one.resource, IPv4Address(vip))
        for one in _users(session, pair.org_id)
        if one.endpoint["loadBalancer"] == pair.name and (vip := one.endpoint.get("vip"))
    ]


def refuse_when_used(session: Session, resource: Resource) -> None:
    """Raises Conflict. `resource` must be locked: who wants to use it locks it, too.

    Clusters that go themselves are no hindrance: else one that broke could never be deleted.
    """
    users = [
        user.resource.name
        for user in _users(session, resource.org_id)
        if user.endpoint["loadBalancer"] == resource.name
        and not user.resource.deletion_requested_at
    ]
    if users:
        names = ", ".join(users)
        raise Conflict(
            f"load balancer {resource.name} carries the endpoint of {names}; "
            "delete the clusters first"
        )


@dataclass(frozen=True)
class _Found:
    resource: Resource
    endpoint: dict[str, str]


def _users(session: Session, org_id: int) -> list[_Found]:
    query = (
        select(Resource, Spec.document)
        .join(Spec, (Spec.resource_id == Resource.id) & (Spec.generation == Resource.generation))
        .where(Resource.org_id == org_id, Resource.kind == CLUSTER, Resource.deleted_at.is_(None))
        .order_by(Resource.name)
    )
    return [
        _Found(resource, document["endpoint"])
        for resource, document in session.execute(query)
        if document["endpoint"].get("loadBalancer")
    ]
