"""Load balancers on record."""

from sqlalchemy.orm import Session

from provisioner.domain.load_balancers import LoadBalancerDocument
from provisioner.store import resources
from provisioner.store.tables import Resource


def document_of(session: Session, resource: Resource) -> LoadBalancerDocument:
    return LoadBalancerDocument.model_validate(resources.document(session, resource))
