"""What belongs to a load balancer and can be looked at: its members' VMs and its history."""

from fastapi import APIRouter

from api.auth import Viewer
from api.events import After, EventList, Limit, events_of
from api.nodes import Everyone, NodeList, nodes_of
from api.services import Use
from provisioner.domain.load_balancers import KIND

router = APIRouter(prefix="/loadbalancers/{balancer}", tags=["load balancers"])


@router.get("/nodes", summary="List a load balancer's members")
def list_members(balancer: str, use: Use, caller: Viewer, everyone: Everyone = False) -> NodeList:
    return nodes_of(use, caller, (KIND, balancer), everyone)


@router.get("/events", summary="Read a load balancer's history, oldest first")
def list_load_balancer_events(
    balancer: str, use: Use, caller: Viewer, after: After = 0, limit: Limit = 500
) -> EventList:
    return events_of(use, caller, (KIND, balancer), after, limit)
