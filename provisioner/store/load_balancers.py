"""Load balancers on record."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from provisioner.domain.load_balancers import LoadBalancerDocument
from provisioner.domain.nodes import Phase
from provisioner.store import leases, nodes, resources
from provisioner.store.tables import Resource, Spec


def document_of(session: Session, resource: Resource) -> LoadBalancerDocument:
    return LoadBalancerDocument.model_validate(resources.document(session, resource))


def last_document_with(
    session: Session, resource: Resource, member: str
) -> LoadBalancerDocument | None:
    """The present one, or the last one that had this member."""
    for generation in range(resource.generation, 0, -1):
        # One by one: mostly the first one is it, and there may be thousands.
        spec = session.get_one(Spec, (resource.id, generation))
        if any(one["name"] == member for one in spec.document["members"]):
            return LoadBalancerDocument.model_validate(spec.document)
    return None


def with_leaving(
    session: Session, resource: Resource, document: LoadBalancerDocument
) -> LoadBalancerDocument:
    """And the members that a change took away, until their VMs are gone.

    Those that stay go on hearing them, and take their VIPs when they yield: as both hold them for
    a while else, and what arrives at the one that dies is lost.
    """
    present = document
    for leaving in _leaving(session, resource, document):
        if former := last_document_with(session, resource, leaving):
            present = present.still_with(leaving, former)
    return present


def _leaving(session: Session, resource: Resource, document: LoadBalancerDocument) -> Iterator[str]:
    """Also who is to go as soon as a look notices. Not one whose router id a newcomer has: its VIPs
    are that one's group by now.
    """
    heard = set(leases.vrids_by_group(session, resource.id))
    heard -= {member.name for member in document.members}
    for node in nodes.of_resource(session, resource.id):
        there = node.phase in (Phase.READY, Phase.REMOVING)
        if there and node.ready_at and node.group in heard:
            yield node.group
