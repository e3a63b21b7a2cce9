"""What belongs to an etcd cluster and can be looked at: its members' VMs and its history."""

from fastapi import APIRouter

from api.auth import Viewer
from api.events import After, EventList, Limit, events_of
from api.nodes import Everyone, NodeList, nodes_of
from api.services import Use
from provisioner.domain.etcd_clusters import KIND

router = APIRouter(prefix="/etcd-clusters/{cluster}", tags=["etcd clusters"])


@router.get("/nodes", summary="List an etcd cluster's members")
def list_members(cluster: str, use: Use, caller: Viewer, everyone: Everyone = False) -> NodeList:
    return nodes_of(use, caller, (KIND, cluster), everyone)


@router.get("/events", summary="Read an etcd cluster's history, oldest first")
def list_etcd_events(
    cluster: str, use: Use, caller: Viewer, after: After = 0, limit: Limit = 500
) -> EventList:
    return events_of(use, caller, (KIND, cluster), after, limit)
