"""GET keepalived: a master's part in carrying the cluster's address."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse

from api.pke.prefixes import PKE
from api.pke.visitors import Master
from api.problems import Problem
from api.services import Services, Use
from provisioner.bootstrap import channel
from provisioner.bootstrap.keepalived import master_config, render
from provisioner.bootstrap.keepalived_files import told
from provisioner.domain.machines import NicPlan
from provisioner.store import carriers, clusters, visits
from provisioner.store.visits import Visitor

router = APIRouter(prefix=PKE)
Interface = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{1,15}$")]


@router.get("/keepalived", summary="A master's keepalived.conf", response_class=PlainTextResponse)
def get_keepalived(use: Use, visitor: Master, interface: Interface) -> str:
    """With the peers that have an address by now: of the others it is told through its VM."""
    with use.database.read() as session:
        spec = clusters.spec_of(session, visitor.resource)
        router_id = clusters.vrid(session, visitor.resource.id)
        masters = carriers.carriers(session, visitor.resource.id)
    if spec.endpoint.mode != "keepalived" or router_id is None:
        raise Problem(404, "this cluster's address is not carried by keepalived")
    if not any(master.node_id == visitor.node.id and master.address for master in masters):
        raise Problem(503, "your address is not known yet", {"Retry-After": "2"})
    config = master_config(visitor.node.id, masters, str(spec.endpoint.vip), router_id)
    _note_told(use, visitor, render(config))
    return render(config.model_copy(update={"interface": interface}))


def _note_told(use: Services, visitor: Visitor, text: str) -> None:
    """What it has from here its VM need not carry as well."""
    mac = NicPlan.model_validate(visitor.node.nics[0]).mac
    revision = channel.revision(*told(mac, text))
    if visitor.node.configuration != revision:
        with use.database.write() as session:
            visits.note_configuration(session, visitor.node, revision)
