"""Load balancers: create, look, retry, delete."""

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from api.answers import Repeatable
from api.auth import Operator, Viewer
from api.documents import body_of
from api.json_body import Json, NoBody
from api.load_balancers import schemas
from api.load_balancers.admission import admit, new_faults, places, with_images
from api.load_balancers.changes import LoadBalancerChange, read_change
from api.load_balancers.editing import lease_again, locked, record
from api.operations.schemas import OperationOut
from api.plans import PLAN
from api.queries import DryRun
from api.services import Use
from api.transactions import Changed, Transaction
from provisioner.domain.faults import Fault
from provisioner.domain.load_balancers import KIND, LoadBalancerDocument
from provisioner.domain.spec.load_balancer import LoadBalancerSpec
from provisioner.store import (
    load_balancer_leases,
    load_balancer_users,
    member_statuses,
    resources,
)
from provisioner.store.overviews import overviews

router = APIRouter(prefix="/loadbalancers", tags=["load balancers"])


@router.post(
    "",
    summary="Create a load balancer of two VMs, or of one without failover",
    status_code=202,
    response_model=OperationOut,
    responses=PLAN,
    openapi_extra=body_of(LoadBalancerSpec),
)
def create_load_balancer(
    use: Use, caller: Operator, body: Json, repeatable: Repeatable, dry_run: DryRun = False
) -> Response:
    transaction = Transaction(use, caller, dry_run, repeatable, body.raw, KIND, schemas.shown)

    def create(session: Session) -> Changed:
        document, estate = admit(session, caller.org_id, body.value, use.node_access)
        home = estate.vcenters[document.members[0].name]
        resource, operation = transaction.create(session, document.name, home.id, document)
        load_balancer_leases.reserve(session, resource, document, estate)
        return resource, operation

    return transaction.run(create, lambda made: f"/loadbalancers/{made.id}").response()


@router.get("", summary="List the organisation's load balancers")
def list_load_balancers(use: Use, caller: Viewer) -> schemas.LoadBalancerList:
    with use.database.read() as session:
        listed = resources.listed(session, caller.org_id, KIND)
        found = overviews(session, listed, LoadBalancerDocument)
        users = load_balancer_users.users_by_name(session, caller.org_id)
        items = [schemas.summary(one, users[one.resource.name]) for one in found]
        return schemas.LoadBalancerList(items=items)


@router.get("/{balancer}", summary="Show a load balancer, by id or name; deleted ones by id")
def get_load_balancer(balancer: str, use: Use, caller: Viewer) -> schemas.LoadBalancerOut:
    with use.database.read() as session:
        found = resources.find_ever(session, caller.org_id, KIND, balancer)
        shown = overviews(session, [found], LoadBalancerDocument)[0]
        users = load_balancer_users.users_by_name(session, caller.org_id)
        gone = found.deleted_at is not None
        reported = member_statuses.statuses_of(session, found.id)
        return schemas.load_balancer(shown, [] if gone else users[found.name], reported)


@router.patch(
    "/{balancer}",
    summary="Change what can change",
    status_code=202,
    response_model=OperationOut,
    responses=PLAN,
    openapi_extra=body_of(LoadBalancerChange),
)
def change_load_balancer(
    balancer: str, use: Use, caller: Operator, body: Json, dry_run: DryRun = False
) -> Response:
    transaction = Transaction(use, caller, dry_run, kind=KIND, shown=schemas.shown)

    def change(session: Session) -> Changed:
        resource, before = locked(transaction, session, balancer)
        found: list[LoadBalancerDocument] = []

        def faults(asked: LoadBalancerDocument) -> list[Fault]:
            after, unmatched = with_images(session, caller.org_id, asked)
            found.append(after)
            wrong = new_faults(session, resource, before, after, use.node_access)
            return [*unmatched, *wrong]

        read_change(body.value, before, faults)
        after = found[-1]
        if places(after) != places(before):
            lease_again(session, resource, after)
        return record(transaction, session, resource, ("change", "change"), after)

    return transaction.run(change).response()


@router.delete(
    "/{balancer}",
    summary="Delete a load balancer that no cluster uses",
    status_code=202,
    response_model=OperationOut,
)
def delete_load_balancer(balancer: str, use: Use, caller: Operator) -> Response:
    transaction = Transaction(use, caller, kind=KIND)
    return transaction.delete(balancer, load_balancer_users.refuse_when_used).response()


@router.post(
    "/{balancer}/retry",
    summary="Try again what failed, counting attempts afresh",
    status_code=202,
    response_model=OperationOut,
)
def retry_load_balancer(
    balancer: str, use: Use, caller: Operator, body: NoBody, repeatable: Repeatable
) -> Response:
    transaction = Transaction(use, caller, repetition=repeatable, body=body.raw, kind=KIND)
    return transaction.retry(balancer).response()
