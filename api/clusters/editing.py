"""Changes of a cluster's document within a transaction."""

from sqlalchemy.orm import Session

from api.resources import document
from api.transactions import Changed, Transaction
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.store import clusters, resources
from provisioner.store.tables import Resource


def locked(transaction: Transaction, session: Session, key: str) -> tuple[Resource, ClusterSpec]:
    """With its present document. Raises Conflict when the cluster is being deleted."""
    resource = transaction.locked(session, key)
    resources.refuse_when_deleting(resource)
    return resource, clusters.spec_of(session, resource)


def record(
    transaction: Transaction, session: Session, resource: Resource, kind: str, after: ClusterSpec
) -> Changed:
    """`kind` is the operation's."""
    who = transaction.caller.name
    return resource, resources.change(session, resource, kind, who, document(after))
