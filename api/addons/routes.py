"""A cluster's add-ons: look, switch, set."""

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from api.addons.changes import AddOnsChange, read_change
from api.addons.schemas import AddOnList, shown
from api.auth import Operator, Viewer
from api.clusters.admission import new_faults
from api.documents import body_of
from api.json_body import Json
from api.operations.schemas import OperationOut
from api.plans import PLAN
from api.queries import DryRun
from api.resources import document
from api.services import Use
from api.transactions import Transaction
from provisioner.domain.clusters import KIND
from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.store import add_ons, clusters, resources, tasks
from provisioner.store.tables import Operation, Resource

router = APIRouter(prefix="/clusters/{cluster}/addons", tags=["add-ons"])


@router.get("", summary="List a cluster's add-ons")
def list_add_ons(cluster: str, use: Use, caller: Viewer) -> AddOnList:
    with use.database.read() as session:
        resource = resources.find(session, caller.org_id, KIND, cluster)
        spec = clusters.spec_of(session, resource)
        done = {one.name: one for one in tasks.of_resource(session, resource.id)}
        seen = add_ons.of_resource(session, resource.id)
        return AddOnList(items=[*shown(spec, done, seen)])


@router.patch(
    "",
    summary="Switch add-ons on or off, or set what they are made of",
    status_code=202,
    response_model=OperationOut,
    responses=PLAN,
    openapi_extra=body_of(AddOnsChange),
)
def change_add_ons(
    cluster: str, use: Use, caller: Operator, body: Json, dry_run: DryRun = False
) -> Response:
    transaction = Transaction(use, caller, dry_run)

    def change(session: Session) -> tuple[Resource, Operation]:
        resource = transaction.locked(session, cluster)
        resources.refuse_when_deleting(resource)
        before = clusters.spec_of(session, resource)

        def faults(after: ClusterSpec) -> list[Fault]:
            account = add_ons.faults_of_storage(session, caller.org_id, after)
            return [*new_faults(session, resource, before, after, use.node_access), *account]

        edited = document(read_change(body.value, before, faults))
        operation = resources.change(session, resource, "change add-ons", caller.name, edited)
        return resource, operation

    return transaction.run(change).response()
