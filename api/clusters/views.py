"""What belongs to a cluster and can be looked at: nodes, history, kubeconfig."""

from fastapi import APIRouter, Response

from api.auth import Operator, Viewer
from api.clusters.issuing import issue_kubeconfig
from api.events import After, EventList, Limit, events_of
from api.nodes import Everyone, NodeList, nodes_of
from api.services import Use
from provisioner.domain.clusters import KIND

router = APIRouter(prefix="/clusters/{cluster}", tags=["clusters"])


@router.get("/nodes", summary="List a cluster's nodes")
def list_nodes(cluster: str, use: Use, caller: Viewer, everyone: Everyone = False) -> NodeList:
    return nodes_of(use, caller, (KIND, cluster), everyone)


@router.get("/events", summary="Read a cluster's history, oldest first")
def list_events(
    cluster: str, use: Use, caller: Viewer, after: After = 0, limit: Limit = 500
) -> EventList:
    return events_of(use, caller, (KIND, cluster), after, limit)


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
