"""Clusters: create, look, change, retry, delete."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from api.answers import Repeatable
from api.auth import Operator, Viewer
from api.clusters import schemas
from api.clusters.admission import admit, new_faults
from api.clusters.changes import ClusterChange, read_change
from api.clusters.issuing import issue_kubeconfig
from api.clusters.transactions import Transaction
from api.documents import body_of
from api.json_body import Json, NoBody
from api.operations.schemas import OperationOut
from api.queries import DryRun
from api.services import Use
from provisioner.domain.clusters import KIND
from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.store import clusters, events, inventory, nodes, observing, resources
from provisioner.store.overviews import overviews
from provisioner.store.resources import NewResource
from provisioner.store.tables import Operation, Resource

router = APIRouter(prefix="/clusters", tags=["clusters"])


@router.post(
    "",
    summary="Create a cluster",
    status_code=202,
    response_model=OperationOut,
    responses={200: {"model": schemas.DryRunOut, "description": "The plan (dryRun)"}},
    openapi_extra=body_of(ClusterSpec),
)
def create_cluster(
    use: Use, caller: Operator, body: Json, repeatable: Repeatable, dry_run: DryRun = False
) -> Response:
    def create(session: Session) -> tuple[Resource, Operation]:
        spec, site = admit(session, caller.org_id, body.value)
        new = NewResource(
            org_id=caller.org_id,
            kind=KIND,
            name=spec.name,
            vcenter_id=site.vcenter.id,
            document=schemas.document(spec),
            requested_by=caller.name,
        )
        resource, operation = resources.create(session, new)
        clusters.reserve(session, resource, spec, site)
        return resource, operation

    transaction = Transaction(use, caller, dry_run, repeatable, body.raw)
    return transaction.run(create, lambda made: f"/clusters/{made.id}").response()


@router.get("", summary="List the organisation's clusters")
def list_clusters(use: Use, caller: Viewer) -> schemas.ClusterList:
    with use.database.read() as session:
        found = overviews(session, resources.listed(session, caller.org_id, KIND))
        return schemas.ClusterList(items=[schemas.summary(one) for one in found])


@router.get("/{cluster}", summary="Show a cluster, by id or name")
def get_cluster(cluster: str, use: Use, caller: Viewer) -> schemas.ClusterOut:
    with use.database.read() as session:
        found = resources.find(session, caller.org_id, KIND, cluster)
        return schemas.cluster(overviews(session, [found])[0])


@router.patch(
    "/{cluster}",
    summary="Change what can change",
    status_code=202,
    response_model=OperationOut,
    responses={200: {"model": schemas.DryRunOut, "description": "The plan (dryRun)"}},
    openapi_extra=body_of(ClusterChange),
)
def change_cluster(
    cluster: str, use: Use, caller: Operator, body: Json, dry_run: DryRun = False
) -> Response:
    transaction = Transaction(use, caller, dry_run)

    def change(session: Session) -> tuple[Resource, Operation]:
        resource = transaction.locked(session, cluster)
        resources.refuse_when_deleting(resource)
        before = observing.spec_of(session, resource)

        def faults(given: ClusterChange) -> list[Fault]:
            return new_faults(session, caller.org_id, resource.id, before, given.applied(before))

        after = read_change(body.value, dry_run, faults).applied(before)
        edited = schemas.document(after)
        return resource, resources.change(
            session, resource, "change", caller.name, lambda _: edited
        )

    return transaction.run(change).response()


@router.delete(
    "/{cluster}",
    summary="Delete a cluster; asked again, the deletion under way is answered",
    status_code=202,
    response_model=OperationOut,
)
def delete_cluster(cluster: str, use: Use, caller: Operator) -> Response:
    transaction = Transaction(use, caller)

    def delete(session: Session) -> tuple[Resource, Operation]:
        resource = transaction.locked(session, cluster)
        return resource, resources.request_deletion(session, resource, caller.name)

    return transaction.run(delete).response()


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

    def retry(session: Session) -> tuple[Resource, Operation]:
        resource = transaction.locked(session, cluster)
        return resource, resources.retry(session, resource, caller.name)

    return transaction.run(retry).response()


@router.get("/{cluster}/nodes", summary="List a cluster's nodes")
def list_nodes(
    cluster: str,
    use: Use,
    caller: Viewer,
    everyone: Annotated[bool, Query(alias="all", description="Also those that are gone.")] = False,
) -> schemas.NodeList:
    with use.database.read() as session:
        resource = resources.find(session, caller.org_id, KIND, cluster)
        rows = nodes.of_resource(session, resource.id, gone=everyone)
        found = sorted(rows, key=schemas.order)
        states = inventory.power_states(session, [node.instance_uuid for node in found])
        items = [schemas.node(row, states.get(row.instance_uuid)) for row in found]
        return schemas.NodeList(items=items)


@router.get("/{cluster}/events", summary="Read a cluster's history, oldest first")
def list_events(
    cluster: str,
    use: Use,
    caller: Viewer,
    after: Annotated[int, Query(ge=0, le=2**31, description="The last number known.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> schemas.EventList:
    with use.database.read() as session:
        resource = resources.find(session, caller.org_id, KIND, cluster)
        found = events.since(session, resource.id, after, limit)
        names = nodes.names(session, {event.node_id for event in found if event.node_id})
        items = [schemas.event(row, names.get(row.node_id or "")) for row in found]
        return schemas.EventList(items=items)


@router.get(
    "/{cluster}/kubeconfig",
    summary="Issue a short-lived administrator's kubeconfig",
    response_class=Response,
    responses={200: {"content": {"application/yaml": {}}}},
)
def get_kubeconfig(cluster: str, use: Use, caller: Operator) -> Response:
    text = issue_kubeconfig(use, caller, cluster)
    headers = {"Cache-Control": "no-store"}
    return Response(text, media_type="application/yaml", headers=headers)
