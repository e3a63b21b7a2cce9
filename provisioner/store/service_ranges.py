"""The ranges of load balancers that VIPs of clusters are to come from."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.addresses import AddressRange, parse_range
from provisioner.domain.load_balancers import KIND, LoadBalancerDocument
from provisioner.store import load_balancer_estates
from provisioner.store.tables import Resource, Spec


@dataclass(frozen=True)
class ServiceRange:
    resource: Resource
    document: LoadBalancerDocument
    addresses: AddressRange

    def domains(self, session: Session) -> list[str]:
        """The L2 networks where its VIPs are. Reads whole inventories."""
        estate = load_balancer_estates.find_estate(session, self.resource.org_id, self.document)
        return estate.domains(self.document.members, "frontend")


def service_ranges(session: Session) -> Iterator[ServiceRange]:
    """Of all live load balancers, whosever they are."""
    query = (
        select(Resource, Spec.document)
        .join(Spec, (Spec.resource_id == Resource.id) & (Spec.generation == Resource.generation))
        .where(Resource.kind == KIND, Resource.deleted_at.is_(None))
        .order_by(Resource.name)
    )
    for resource, body in session.execute(query):
        document = LoadBalancerDocument.model_validate(body)
        if document.service_range:
            yield ServiceRange(resource, document, parse_range(document.service_range))
