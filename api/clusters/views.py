"""What belongs to a cluster and can be looked at: nodes, history, kubeconfig."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.auth import Operator, Viewer
from api.clusters.events import EventList, event
from api.clusters.issuing import issue_kubeconfig
from api.clusters.nodes import NodeList, node, order
from api.services import Services, Use
from provisioner.domain.clusters import KIND
from provisioner.store import events, inventory, nodes, resources
from provisioner.store.tokens import Caller

router = APIRouter(prefix="/clusters/{cluster}", tags=["clusters"])


Everyone = Annotated[bool, Query(alias="all", description="Also those that are gone.")]
After = Annotated[int, Query(ge=0, le=2**31, description="The last number known.")]
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.get("/nodes", summary="List a cluster's nodes")
def list_nodes(cluster: str, use: Use, caller: Viewer, everyone: Everyone = False) -> NodeList:
    return nodes_of(use, caller, (KIND, cluster), everyone)


@router.get("/events", summary="Read a cluster's history, oldest first")
def list_events(
    cluster: str, use: Use, caller: Viewer, after: After = 0, limit: Limit = 500
) -> EventList:
    return events_of(use, caller, (KIND, cluster), after, limit)


def nodes_of(use: Services, caller: Caller, whose: tuple[str, str], everyone: bool) -> NodeList:
    """`whose`: a resource's kind, and its id or name."""
    with use.database.read() as session:
        resource = resources.find_ever(session, caller.org_id, *whose)
        rows = nodes.of_resource(session, resource.id, gone=everyone)
        found = sorted(rows, key=order)
        states = inventory.power_states(session, [node.instance_uuid for node in found])
        items = [node(resource.kind, row, states.get(row.instance_uuid)) for row in found]
        return NodeList(items=items)


def events_of(
    use: Services, caller: Caller, whose: tuple[str, str], after: int, limit: int
) -> EventList:
    with use.database.read() as session:
        resource = resources.find_ever(session, caller.org_id, *whose)
        found = events.since(session, resource.id, after, limit)
        names = nodes.names(session, {event.node_id for event in found if event.node_id})
        items = [event(row, names.get(row.node_id or "")) for row in found]
        return EventList(items=items)


@router.get(
    "/kubeconfig",
    summary="Issue a short-lived administrator's kubeconfig",
    response_class=Response,
    responses={200: {"content": {"application/yaml": {}}}},
)
def get_kubeconfig(cluster: str, use: Use, caller: Operator) -> Response:
    text = issue_kubeconfig(use, caller, cluster)
    headers = {"Cache-Control": "no-store"}
    return Response(text, media_type="application/yaml", headers=headers)
