"""Etcd clusters: create, look, retry, delete."""

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from api.answers import Repeatable
from api.auth import Operator, Viewer
from api.documents import body_of
from api.etcd_clusters import schemas
from api.etcd_clusters.admission import admit
from api.json_body import Json, NoBody
from api.operations.schemas import OperationOut
from api.plans import PLAN
from api.queries import DryRun
from api.services import Use
from api.transactions import Changed, Transaction
from provisioner.domain.etcd_clusters import KIND
from provisioner.domain.spec.etcd_cluster import EtcdClusterSpec
from provisioner.store import etcd_clusters, resources
from provisioner.store.overviews import overviews

router = APIRouter(prefix="/etcd-clusters", tags=["etcd clusters"])


@router.post(
    "",
    summary="Create an etcd cluster of three VMs",
    status_code=202,
    response_model=OperationOut,
    responses=PLAN,
    openapi_extra=body_of(EtcdClusterSpec),
)
def create_etcd_cluster(
    use: Use, caller: Operator, body: Json, repeatable: Repeatable, dry_run: DryRun = False
) -> Response:
    transaction = Transaction(use, caller, dry_run, repeatable, body.raw, KIND)

    def create(session: Session) -> Changed:
        spec, site = admit(session, caller.org_id, body.value, use.node_access)
        resource, operation = transaction.create(session, spec.name, site.vcenter.id, spec)
        etcd_clusters.reserve(session, resource, spec, site)
        return resource, operation

    return transaction.run(create, lambda made: f"/etcd-clusters/{made.id}").response()


@router.get("", summary="List the organisation's etcd clusters")
def list_etcd_clusters(use: Use, caller: Viewer) -> schemas.EtcdClusterList:
    with use.database.read() as session:
        listed = resources.listed(session, caller.org_id, KIND)
        users = etcd_clusters.users_by_name(session, caller.org_id)
        found = overviews(session, listed, EtcdClusterSpec)
        items = [schemas.summary(one, users[one.resource.name]) for one in found]
        return schemas.EtcdClusterList(items=items)


@router.get("/{cluster}", summary="Show an etcd cluster, by id or name; deleted ones by id")
def get_etcd_cluster(cluster: str, use: Use, caller: Viewer) -> schemas.EtcdClusterOut:
    with use.database.read() as session:
        found = resources.find_ever(session, caller.org_id, KIND, cluster)
        users = etcd_clusters.users_by_name(session, caller.org_id)
        shown = overviews(session, [found], EtcdClusterSpec)[0]
        gone = found.deleted_at is not None
        return schemas.etcd_cluster(shown, [] if gone else users[found.name])


@router.delete(
    "/{cluster}",
    summary="Delete an etcd cluster that no cluster uses",
    status_code=202,
    response_model=OperationOut,
)
def delete_etcd_cluster(cluster: str, use: Use, caller: Operator) -> Response:
    transaction = Transaction(use, caller, kind=KIND)
    return transaction.delete(cluster, etcd_clusters.refuse_when_used).response()


@router.post(
    "/{cluster}/retry",
    summary="Try again what failed, counting attempts afresh",
    status_code=202,
    response_model=OperationOut,
)
def retry_etcd_cluster(
    cluster: str, use: Use, caller: Operator, body: NoBody, repeatable: Repeatable
) -> Response:
    transaction = Transaction(use, caller, repetition=repeatable, body=body.raw, kind=KIND)
    return transaction.retry(cluster).response()
