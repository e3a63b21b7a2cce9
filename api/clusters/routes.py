"""Clusters: create, look, change, retry, delete."""

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from api.answers import Repeatable
from api.auth import Operator, Viewer
from api.clusters import schemas
from api.clusters.admission import admit, new_faults
from api.clusters.changes import ClusterChange, read_change
from api.clusters.editing import locked, record
from api.documents import body_of
from api.json_body import Json, NoBody
from api.operations.schemas import OperationOut
from api.plans import PLAN
from api.queries import DryRun
from api.services import Use
from api.transactions import Changed, Transaction
from provisioner.domain.clusters import KIND
from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.store import clusters, image_registries, resources
from provisioner.store.overviews import overviews

router = APIRouter(prefix="/clusters", tags=["clusters"])


@router.post(
    "",
    summary="Create a cluster",
    status_code=202,
    response_model=OperationOut,
    responses=PLAN,
    openapi_extra=body_of(ClusterSpec),
)
def create_cluster(
    use: Use, caller: Operator, body: Json, repeatable: Repeatable, dry_run: DryRun = False
) -> Response:
    transaction = Transaction(use, caller, dry_run, repeatable, body.raw)

    def create(session: Session) -> Changed:
        spec, site = admit(session, caller.org_id, body.value, use.node_access)
        resource, operation = transaction.create(session, spec.name, site.vcenter.id, spec)
        clusters.reserve(session, resource, spec, site)
        return resource, operation

    return transaction.run(create, lambda made: f"/clusters/{made.id}").response()


@router.get("", summary="List the organisation's clusters")
def list_clusters(use: Use, caller: Viewer) -> schemas.ClusterList:
    with use.database.read() as session:
        found = overviews(session, resources.listed(session, caller.org_id, KIND), ClusterSpec)
        return schemas.ClusterList(items=[schemas.summary(one) for one in found])


@router.get("/{cluster}", summary="Show a cluster, by id or name; deleted ones by id")
def get_cluster(cluster: str, use: Use, caller: Viewer) -> schemas.ClusterOut:
    with use.database.read() as session:
        found = resources.find_ever(session, caller.org_id, KIND, cluster)
        return schemas.cluster(overviews(session, [found], ClusterSpec)[0])


@router.patch(
    "/{cluster}",
    summary="Change what can change",
    status_code=202,
    response_model=OperationOut,
    responses=PLAN,
    openapi_extra=body_of(ClusterChange),
)
def change_cluster(
    cluster: str, use: Use, caller: Operator, body: Json, dry_run: DryRun = False
) -> Response:
    transaction = Transaction(use, caller, dry_run)

    def change(session: Session) -> Changed:
        resource, before = locked(transaction, session, cluster)

        def faults(given: ClusterChange) -> list[Fault]:
            wanted = given.applied(before)
            found = new_faults(session, resource, before, wanted, use.node_access)
            return [*found, *image_registries.faults_of_login(session, caller.org_id, wanted)]

        after = read_change(body.value, faults).applied(before)
        return record(transaction, session, resource, "change", after)

    return transaction.run(change).response()


@router.delete(
    "/{cluster}",
    summary="Delete a cluster; asked again, the deletion under way is answered",
    status_code=202,
    response_model=OperationOut,
)
def delete_cluster(cluster: str, use: Use, caller: Operator) -> Response:
    return Transaction(use, caller).delete(cluster).response()


@router.post(
    "/{cluster}/retry",
    summary="Try again what failed, counting attempts afresh",
    status_code=202,
    response_model=OperationOut,
)
def retry_cluster(
    cluster: str, use: Use, caller: Operator, body: NoBody, repeatable: Repeatable
) -> Response:
    transaction = Transaction(use, caller, repetition=repeatable, body=body.raw)
    return transaction.retry(cluster).response()
