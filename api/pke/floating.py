"""GET keepalived: a master's part in carrying the cluster's address."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse

from api.pke.prefixes import PKE
from api.pke.visitors import Master
from api.problems import Problem
from api.services import Services, Use
from provisioner import address_sharing
from provisioner.bootstrap import channel
from provisioner.bootstrap.keepalived import KeepalivedConfig, render
from provisioner.store import visits
from provisioner.store.visits import Visitor

router = APIRouter(prefix=PKE)
Interface = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{1,15}$")]


@router.get("/keepalived", summary="A master's keepalived.conf", response_class=PlainTextResponse)
def get_keepalived(use: Use, visitor: Master, interface: Interface) -> str:
    """With the peers that have an address by now: of the others it is told through its VM."""
    with use.database.read() as session:
        sharing = address_sharing.find(session, visitor.resource)
    if sharing is None:
        raise Problem(404, "this cluster's address is not carried by keepalived")
    if visitor.node.id not in sharing.known():
        raise Problem(503, "your address is not known yet", {"Retry-After": "2"})
    config = sharing.of(visitor.node.id)
    _note_told(use, visitor, config)
    return render(config.model_copy(update={"interface": interface}))


def _note_told(use: Services, visitor: Visitor, config: KeepalivedConfig) -> None:
    """What it has from here its VM need not carry as well."""
    revision = channel.revision(*address_sharing.told_to(visitor.node, config))
    if visitor.node.configuration != revision:
        with use.database.write() as session:
            visits.note_configuration(session, visitor.node, revision)
