"""Load balancers on record."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.load_balancers import LoadBalancerDocument
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.load_balancer import Member
from provisioner.store import leases, nodes, resources
from provisioner.store.tables import Resource, Spec


def document_of(session: Session, resource: Resource) -> LoadBalancerDocument:
    return LoadBalancerDocument.model_validate(resources.document(session, resource))


def last_document_with(
    session: Session, resource: Resource, member: str
) -> LoadBalancerDocument | None:
    """The present one, or the last one that had this member."""
    of_it = select(Spec.document).where(Spec.resource_id == resource.id)
    for document in session.scalars(of_it.order_by(Spec.generation.desc())):
        if any(one["name"] == member for one in document["members"]):
            return LoadBalancerDocument.model_validate(document)
    return None


def with_leaving(
    session: Session, resource: Resource, document: LoadBalancerDocument
) -> LoadBalancerDocument:
    """And the members that a change took away, until their VMs are gone.

    Those that stay go on hearing them, and are heard: else both would take all VIPs.
    """
    leaving = tuple(_leaving(session, resource, document))
    return document.model_copy(update={"members": (*document.members, *leaving)})


def _leaving(
    session: Session, resource: Resource, document: LoadBalancerDocument
) -> Iterator[Member]:
    """Not one whose router id a newcomer has: its VIPs are that one's group by now."""
    heard = set(leases.vrids_by_group(session, resource.id))
    heard -= {member.name for member in document.members}
    for node in nodes.of_resource(session, resource.id):
        served = node.phase == Phase.REMOVING and node.ready_at is not None
        former = last_document_with(session, resource, node.group) if served else None
        if former and node.group in heard:
            yield former.member(node.group)
