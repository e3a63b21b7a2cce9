"""A cluster's node pools: look, add, scale, choose nodes to go, delete."""

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from api.answers import Repeatable
from api.auth import Operator, Viewer
from api.clusters.admission import new_faults, with_images
from api.clusters.editing import locked, record
from api.documents import body_of
from api.json_body import Json
from api.nodepools.changes import PoolChange, with_new_pool, with_pool_changed
from api.nodepools.schemas import NodePoolList, NodePoolOut, shown
from api.operations.schemas import OperationOut
from api.plans import PLAN
from api.queries import DryRun
from api.services import Use
from api.transactions import Changed, Transaction
from provisioner.domain.clusters import KIND
from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import ClusterSpec, NodePool
from provisioner.domain.spec.source_checks import check_versions
from provisioner.store import clusters, nodes, resources
from provisioner.store.errors import Conflict, NotFound

router = APIRouter(prefix="/clusters/{cluster}/nodepools", tags=["node pools"])


@router.get("", summary="List a cluster's node pools")
def list_pools(cluster: str, use: Use, caller: Viewer) -> NodePoolList:
    with use.database.read() as session:
        resource = resources.find(session, caller.org_id, KIND, cluster)
        spec = clusters.spec_of(session, resource)
        present = nodes.of_resource(session, resource.id)
        return NodePoolList(items=[shown(pool, present) for pool in spec.node_pools])


@router.get("/{pool}", summary="Show a node pool")
def get_pool(cluster: str, pool: str, use: Use, caller: Viewer) -> NodePoolOut:
    with use.database.read() as session:
        resource = resources.find(session, caller.org_id, KIND, cluster)
        found = _pool(clusters.spec_of(session, resource), pool)
        return shown(found, nodes.of_resource(session, resource.id))


@router.post(
    "",
    summary="Add a node pool",
    status_code=202,
    response_model=OperationOut,
    responses=PLAN,
    openapi_extra=body_of(NodePool),
)
def add_pool(
    cluster: str,
    use: Use,
    caller: Operator,
    body: Json,
    repeatable: Repeatable,
    dry_run: DryRun = False,
) -> Response:
    transaction = Transaction(use, caller, dry_run, repeatable, body.raw)
    added: list[str] = []

    def add(session: Session) -> Changed:
        resource, before = locked(transaction, session, cluster)
        present = nodes.of_resource(session, resource.id)

        def faults(asked: ClusterSpec) -> list[Fault]:
            after, unmatched = with_images(session, caller.org_id, asked)
            wrong = [*unmatched, *check_versions(asked)]
            return wrong + new_faults(session, resource, before, after, use.node_access)

        asked = with_new_pool(body.value, before, present, faults)
        after, _ = with_images(session, caller.org_id, asked)
        added.append(after.node_pools[-1].name)
        return record(transaction, session, resource, "add node pool", after)

    return transaction.run(add, lambda of: f"/clusters/{of.id}/nodepools/{added[0]}").response()


@router.patch(
    "/{pool}",
    summary="Scale a node pool, or remove chosen nodes",
    status_code=202,
    response_model=OperationOut,
    responses=PLAN,
    openapi_extra=body_of(PoolChange),
)
def change_pool(
    cluster: str, pool: str, use: Use, caller: Operator, body: Json, dry_run: DryRun = False
) -> Response:
    transaction = Transaction(use, caller, dry_run)

    def change(session: Session) -> Changed:
        resource, before = locked(transaction, session, cluster)
        present = nodes.of_resource(session, resource.id)

        def faults(after: ClusterSpec) -> list[Fault]:
            return new_faults(session, resource, before, after, use.node_access)

        found = _pool(before, pool)
        after, chosen = with_pool_changed(body.value, before, found, present, faults)
        for node in chosen:
            node.chosen = True
        return record(transaction, session, resource, "scale", after)

    return transaction.run(change).response()


@router.delete(
    "/{pool}",
    summary="Delete a node pool with its nodes",
    status_code=202,
    response_model=OperationOut,
    responses=PLAN,
)
def delete_pool(
    cluster: str, pool: str, use: Use, caller: Operator, dry_run: DryRun = False
) -> Response:
    transaction = Transaction(use, caller, dry_run)

    def delete(session: Session) -> Changed:
        resource, before = locked(transaction, session, cluster)
        gone = _pool(before, pool)
        _refuse_when_served(before, gone)
        kept = tuple(one for one in before.node_pools if one.name != gone.name)
        after = before.model_copy(update={"node_pools": kept})
        return record(transaction, session, resource, "delete node pool", after)

    return transaction.run(delete).response()


def _refuse_when_served(spec: ClusterSpec, pool: NodePool) -> None:
    """Where it is named: what leads to all pools leads to the others then."""
    services = [one.name for one in spec.endpoint.services if pool.name in one.node_pools]
    if services:
        named = ", ".join(services)
        raise Conflict(
            f"endpoint.services {named} of cluster {spec.name} lead to node pool {pool.name}; "
            "take it out there first: PATCH /clusters/{id} (pkectl cluster update)"
        )


def _pool(spec: ClusterSpec, name: str) -> NodePool:
    found = spec.pool(name)
    if found is None:
        raise NotFound(f"there is no node pool {name!r} in cluster {spec.name}")
    return found
