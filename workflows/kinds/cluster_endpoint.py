"""A cluster's endpoint on a load balancer pair: it follows the nodes, and goes with the cluster."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from sqlalchemy.orm import Session

from provisioner.bootstrap.load_balancer import check_payload
from provisioner.domain.cluster_endpoints import Backing, endpoint_of
from provisioner.domain.clusters import ENDPOINT
from provisioner.domain.conditions import Condition, Status
from provisioner.domain.counting import counted
from provisioner.domain.errors import ProvisionerError
from provisioner.domain.load_balancers import KIND as LOAD_BALANCER
from provisioner.domain.load_balancers import ClusterEndpoint, LoadBalancerDocument
from provisioner.domain.machines import NicPlan
from provisioner.domain.nodes import Phase
from provisioner.node_access import service_access
from provisioner.settings import Settings
from provisioner.store import clusters, events, load_balancers, nodes, resources
from provisioner.store.database import Database
from provisioner.store.load_balancer_endpoints import find
from provisioner.store.tables import Node, Resource
from workflows.contracts import resource_workflow
from workflows.kinds.cluster_care import Subject

CONDITION = "EndpointCarried"
_UNWELL = (Status.DEGRADED, Status.FAILED, Status.DELETING)


class PairNotReady(ProvisionerError):
    """It is being made, or its making failed."""

    transient = expected = True
    again_after = timedelta(seconds=5)


class PairMissing(ProvisionerError):
    """No look of ours will bring it back."""


class PairFull(ProvisionerError):
    """Its members can't be told of more."""


class ClusterEndpoints:
    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._access = database, service_access(settings)

    def await_pair(self, resource_id: str) -> None:
        """Raises PairNotReady until all its members have been ready once, or PairMissing."""
        with self._database.read() as session:
            resource = resources.get(session, resource_id)
            name, pair = _pair(session, resource)
        if name and pair is None:
            raise _missing(name)
        if pair and not pair.established:
            raise PairNotReady(
                f"load balancer {name} is not ready ({pair.status}); "
                f"pkectl lb get {name} tells what it waits for"
            )

    def carry(self, resource_id: str) -> tuple[str, ...]:
        """The pair leads to the nodes that the cluster has now. Idempotent.

        Workflows that have news of it. Raises PairMissing, PairFull.
        """
        with self._database.write() as session:
            resource = resources.lock(session, resource_id)
            name, pair = _locked_pair(session, resource)
            if name is None or resource.deletion_requested_at:
                return ()
            if pair is None:
                raise _missing(name)
            before = load_balancers.document_of(session, pair)
            endpoint = _at_home(_endpoint(session, resource), before)
            if before.endpoint(resource.name) == endpoint:
                return ()
            after = before.carrying(endpoint)
            self._refuse_when_full(pair.name, after)
            _record(session, resource, pair, after, _told(endpoint))
        return (resource_workflow(LOAD_BALANCER, pair.id),)

    def withdraw(self, resource_id: str) -> tuple[str, ...]:
        """The pair does not know the cluster any more. Idempotent; nor does one that goes."""
        with self._database.write() as session:
            resource = resources.lock(session, resource_id)
            _, pair = _locked_pair(session, resource)
            if pair is None:
                return ()
            before = load_balancers.document_of(session, pair)
            if before.endpoint(resource.name) is None:
                return ()
            _record(session, resource, pair, before.without(resource.name), "gone")
        return (resource_workflow(LOAD_BALANCER, pair.id),)

    def look(self, subject: Subject) -> Iterator[Condition]:
        """Whether the pair serves, and carries what it should."""
        with self._database.read() as session:
            resource = resources.get(session, subject.resource_id)
            name, pair = _pair(session, resource)
            if name is None:
                return
            if pair is None:
                yield _wrong("Missing", str(_missing(name)))
                return
            known = load_balancers.document_of(session, pair)
            wanted = _at_home(_endpoint(session, resource), known)
            up_to_date = known.endpoint(resource.name) == wanted
        if pair.status in _UNWELL:
            yield _wrong("PairNotWell", f"load balancer {name} is {pair.status}")
        elif not up_to_date:
            told = f"load balancer {name} is still to be told; the condition TaskDone/{ENDPOINT} "
            yield _wrong("Behind", told + "tells why")
        else:
            yield Condition(type=CONDITION, status="True", reason="Carried", message=name)

    def _refuse_when_full(self, name: str, document: LoadBalancerDocument) -> None:
        for fault in check_payload(document, self._access):
            raise PairFull(f"load balancer {name} can't be told of all nodes: {fault.message}")


def _pair(session: Session, resource: Resource) -> tuple[str | None, Resource | None]:
    """The name of the pair that the cluster asks for, and its row unless that one goes."""
    name = clusters.spec_of(session, resource).endpoint.pair
    found = find(session, resource.org_id, name) if name else None
    return name, None if found is None or found.deletion_requested_at else found


def _locked_pair(session: Session, resource: Resource) -> tuple[str | None, Resource | None]:
    """As `_pair`, held until the transaction ends; `resource` must be locked before."""
    name, found = _pair(session, resource)
    pair = resources.lock(session, found.id) if found else None
    return name, None if pair is None or pair.deletion_requested_at else pair


def _endpoint(session: Session, resource: Resource) -> ClusterEndpoint:
    spec = clusters.spec_of(session, resource)
    return endpoint_of(spec, _backings(nodes.of_resource(session, resource.id)))


def _at_home(endpoint: ClusterEndpoint, pair: LoadBalancerDocument) -> ClusterEndpoint:
    """Where it was before, or at the member that has less to do."""
    known = pair.endpoint(endpoint.cluster)
    home = known.preferred_member if known else pair.least_preferred()
    return endpoint.model_copy(update={"preferred_member": home})


def _backings(rows: Iterable[Node]) -> Iterator[Backing]:
    """A static address is known before the VM is: then the pair leads there in time."""
    for node in rows:
        address = node.address or _planned(node)
        if address and node.phase != Phase.GONE:
            yield Backing(node.name, node.group, node.phase, address)


def _planned(node: Node) -> str | None:
    nics = [NicPlan.model_validate(nic) for nic in node.nics[:1]]
    return nics[0].address.partition("/")[0] if nics and nics[0].address else None


def _record(
    session: Session, resource: Resource, pair: Resource, after: LoadBalancerDocument, what: str
) -> None:
    """In both histories. Both rows must be locked, the cluster's first."""
    edited = after.model_dump(mode="json", by_alias=True, exclude_none=True)
    told = f"endpoint of cluster {resource.name}: {what}"
    resources.amend(session, pair, "cluster endpoints", told, edited)
    message = f"load balancer {pair.name}, generation {pair.generation}: {what}"
    events.record(session, resource, "EndpointChanged", message)


def _told(endpoint: ClusterEndpoint) -> str:
    names = ", ".join(master.name for master in endpoint.masters) or "no master yet"
    services = "".join(
        f"; {one.name}: {counted(len(one.nodes), 'node')}" for one in endpoint.services
    )
    return f"{endpoint.address} leads to {names}{services}"


def _missing(name: str) -> PairMissing:
    return PairMissing(
        f"there is no load balancer {name} any more, or it is being deleted; "
        "create the cluster anew with another one"
    )


def _wrong(reason: str, message: str) -> Condition:
    return Condition(type=CONDITION, status="False", reason=reason, message=message)
