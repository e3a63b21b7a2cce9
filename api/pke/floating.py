"""GET keepalived: a master's part in carrying the cluster's address."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse

from api.pke.prefixes import PKE
from api.pke.visitors import Master
from api.problems import Problem
from api.services import Use
from provisioner.bootstrap.keepalived import master_config, render
from provisioner.store import carriers, clusters

router = APIRouter(prefix=PKE)
Interface = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{1,15}$")]


@router.get("/keepalived", summary="A master's keepalived.conf", response_class=PlainTextResponse)
def get_keepalived(use: Use, visitor: Master, interface: Interface) -> str:
    with use.database.read() as session:
        spec = clusters.spec_of(session, visitor.resource)
        router_id = clusters.vrid(session, visitor.resource.id)
        masters = carriers.carriers(session, visitor.resource.id)
    if spec.endpoint.mode != "keepalived" or router_id is None:
        raise Problem(404, "this cluster's address is not carried by keepalived")
    known = {master.node_id for master in masters if master.address}
    if len(known) < len(masters) or visitor.node.id not in known:
        raise Problem(503, "not every master has an address yet", {"Retry-After": "2"})
    vip = str(spec.endpoint.vip)
    return render(master_config(visitor.node.id, masters, vip, router_id, interface))
