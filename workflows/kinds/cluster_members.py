"""What a cluster's masters are told later: with whom they carry the floating address."""

from collections.abc import Mapping

from provisioner import address_sharing
from provisioner.bootstrap import channel
from provisioner.bootstrap.keepalived import KeepalivedConfig, yielding
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.store import nodes, resources
from provisioner.store.database import Database
from provisioner.store.tables import Node
from workflows.kinds.interface import Configuration, Farewell

# keepalived reloads, is not heard for four adverts, and the next one takes over.
_SUCCESSION_SECONDS = 3.0


def configurations(database: Database, resource_id: str) -> Mapping[str, Configuration]:
    """By node id, of each living master whose address is known. Empty without a floating one."""
    with database.read() as session:
        sharing = address_sharing.find(session, resources.get(session, resource_id))
        masters = nodes.of_resource(session, resource_id, group=CONTROL_PLANE)
    if sharing is None:
        return {}
    rows = {node.id: node for node in masters}
    return {
        node_id: _configuration(rows[node_id], sharing.of(node_id)) for node_id in sharing.known()
    }


def farewell(database: Database, node_id: str) -> Farewell | None:
    """For a master that may hold the floating address, while another one can take it."""
    with database.read() as session:
        node = nodes.get(session, node_id)
        if node.group != CONTROL_PLANE:
            return None
        resource = resources.get(session, node.resource_id)
        sharing = address_sharing.find(session, resource)
        rows = nodes.of_resource(session, resource.id, group=CONTROL_PLANE)
    if sharing is None or resource.deletion_requested_at or node.ready_at is None or node.lost:
        return None
    known = sharing.known()
    serving = {row.id for row in rows if row.phase == Phase.READY and not row.lost}
    if node_id not in known or not (known & serving) - {node_id}:
        return None
    return Farewell(_configuration(node, yielding(sharing.of(node_id))), _SUCCESSION_SECONDS)


def _configuration(node: Node, keepalived: KeepalivedConfig) -> Configuration:
    given = address_sharing.told_to(node, keepalived)
    return Configuration(channel.revision(*given), channel.configuration(*given))
