"""What a cluster's masters are told later: with whom they carry the floating address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from provisioner.bootstrap import channel
from provisioner.bootstrap.keepalived import KeepalivedConfig, master_config, render, yielding
from provisioner.bootstrap.keepalived_files import told
from provisioner.domain.floating_address import Carrier
from provisioner.domain.machines import NicPlan
from provisioner.domain.nodes import Phase
from provisioner.store import carriers, clusters, nodes, resources
from provisioner.store.database import Database
from provisioner.store.tables import Node
from workflows.kinds.interface import Answer, Configuration, Farewell

# keepalived reloads, is not heard for four adverts, and the next one takes over.
_SUCCESSION_SECONDS = 3.0


@dataclass(frozen=True)
class _Sharing:
    """A floating address, and the masters that carry it."""

    vip: str
    router_id: int
    masters: Sequence[Carrier]

    def of(self, node_id: str) -> KeepalivedConfig:
        return master_config(node_id, self.masters, self.vip, self.router_id)


def configurations(database: Database, resource_id: str) -> Mapping[str, Configuration]:
    """By node id, of each living master whose address is known. Empty without a floating one."""
    with database.read() as session:
        sharing = _sharing(session, resource_id)
        rows = {node.id: node for node in nodes.of_resource(session, resource_id)}
    if sharing is None:
        return {}
    return {
        master.node_id: _configuration(rows[master.node_id], sharing.of(master.node_id))
        for master in sharing.masters
        if master.address
    }


def farewell(database: Database, node_id: str) -> Farewell | None:
    """For a master that may hold the floating address, while another one can take it."""
    with database.read() as session:
        node = nodes.get(session, node_id)
        sharing = _sharing(session, node.resource_id)
        rows = nodes.of_resource(session, node.resource_id)
        going = resources.get(session, node.resource_id).deletion_requested_at is not None
    if sharing is None or going or node.ready_at is None or node.lost:
        return None
    known = {master.node_id for master in sharing.masters if master.address}
    serving = {row.id for row in rows if row.phase == Phase.READY and not row.lost}
    if node_id not in known or not (known & serving) - {node_id}:
        return None
    return Farewell(_configuration(node, yielding(sharing.of(node_id))), _SUCCESSION_SECONDS)


def answer(guest_info: Mapping[str, str]) -> Answer | None:
    found = channel.applied(guest_info)
    if found is None:
        return None
    if found.outcome == "applied":
        return Answer(found.revision)
    problem = f"{found.outcome}: {found.message or 'without a reason'}"
    return Answer(found.revision, problem, final=found.outcome == "refused")


def _sharing(session: Session, resource_id: str) -> _Sharing | None:
    spec = clusters.spec_of(session, resources.get(session, resource_id))
    router_id = clusters.vrid(session, resource_id)
    if spec.endpoint.mode != "keepalived" or router_id is None:
        return None
    return _Sharing(str(spec.endpoint.vip), router_id, carriers.carriers(session, resource_id))


def _configuration(node: Node, keepalived: KeepalivedConfig) -> Configuration:
    mac = NicPlan.model_validate(node.nics[0]).mac
    given = told(mac, render(keepalived))
    return Configuration(channel.revision(*given), channel.configuration(*given))
