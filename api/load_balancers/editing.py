"""Changes of a load balancer's document within a transaction."""

from sqlalchemy.orm import Session

from api.resources import document
from api.transactions import Changed, Transaction
from provisioner.domain.load_balancers import LoadBalancerDocument
from provisioner.store import load_balancer_estates, load_balancer_leases, load_balancers, resources
from provisioner.store.tables import Resource


def locked(
    transaction: Transaction, session: Session, key: str
) -> tuple[Resource, LoadBalancerDocument]:
    """With its present document. Raises Conflict when the load balancer is being deleted."""
    resource = transaction.locked(session, key)
    resources.refuse_when_deleting(resource)
    return resource, load_balancers.document_of(session, resource)


def record(
    transaction: Transaction,
    session: Session,
    resource: Resource,
    words: tuple[str, str],
    after: LoadBalancerDocument,
) -> Changed:
    """`words`: of the operation, and of the history."""
    (kind, told), who = words, transaction.caller.name
    return resource, resources.change(session, resource, kind, who, document(after), told)


def lease_again(session: Session, resource: Resource, after: LoadBalancerDocument) -> None:
    """After a change of members or addresses. Raises InvalidRequest when one is another's."""
    estate = load_balancer_estates.find_estate(session, resource.org_id, after)
    load_balancer_leases.reserve(session, resource, after, estate)
    if home := estate.vcenters.get(after.members[0].name):
        resource.vcenter_id = home.id
