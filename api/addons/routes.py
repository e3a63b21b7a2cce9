"""A cluster's add-ons: look, switch, set."""

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from api.addons.changes import AddOnsChange, read_change
from api.addons.schemas import AddOnList, shown
from api.auth import Operator, Viewer
from api.clusters.admission import new_faults
from api.clusters.editing import locked, record
from api.documents import body_of
from api.json_body import Json
from api.operations.schemas import OperationOut
from api.plans import PLAN
from api.queries import DryRun
from api.services import Use
from api.transactions import Changed, Transaction
from provisioner.domain.clusters import KIND
from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.store import add_ons, clusters, resources, tasks

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

    def change(session: Session) -> Changed:
        resource, before = locked(transaction, session, cluster)

        def faults(after: ClusterSpec) -> list[Fault]:
            account = add_ons.faults_of_storage(session, caller.org_id, after)
            return [*new_faults(session, resource, before, after, use.node_access), *account]

        after = read_change(body.value, before, faults)
        return record(transaction, session, resource, "change add-ons", after)

    return transaction.run(change).response()
