"""GET keepalived: a master's part in carrying the cluster's address."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse

from api.pke.prefixes import PKE
from api.pke.visitors import Master
from api.problems import Problem
from api.services import Use
from provisioner.bootstrap.keepalived import KeepalivedConfig, render
from provisioner.domain.machines import NicPlan
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.store import clusters, visits
from provisioner.store.tables import Node

router = APIRouter(prefix=PKE)
Interface = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.-]{1,15}$")]
_HIGHEST = 254


@router.get("/keepalived", summary="A master's keepalived.conf", response_class=PlainTextResponse)
def get_keepalived(use: Use, visitor: Master, interface: Interface) -> str:
    with use.database.read() as session:
        spec = clusters.spec_of(session, visitor.resource)
        router_id = clusters.vrid(session, visitor.resource.id)
        known = visits.masters(session, visitor.resource.id)
    if spec.endpoint.mode != "keepalived" or router_id is None:
        raise Problem(404, "this cluster's address is not carried by keepalived")
    return render(_config(spec, router_id, known, visitor.node.id, interface))


def _config(
    spec: ClusterSpec, router_id: int, known: list[Node], own: str, interface: str
) -> KeepalivedConfig:
    live = [node for node in known if node.phase in (Phase.CREATING, Phase.READY)]
    addresses = {node.id: address for node in live if (address := _address(node))}
    if len(addresses) < len(live):
        raise Problem(503, "not every master has an address yet", {"Retry-After": "2"})
    # Counted over all masters there ever were: one that stays keeps its own.
    order = next(index for index, node in enumerate(known) if node.id == own)
    return KeepalivedConfig(
        router_id=known[order].name,
        interface=interface,
        source=addresses.pop(own),
        peers=tuple(addresses.values()),
        vip=str(spec.endpoint.vip),
        virtual_router_id=router_id,
        priority=_HIGHEST - order % _HIGHEST,
    )


def _address(node: Node) -> str | None:
    """A static one is known before the VM exists; by DHCP it is what the VM was seen with."""
    static = NicPlan.model_validate(node.nics[0]).address if node.nics else None
    return static.partition("/")[0] if static else node.address
