"""What a cluster's masters are told later: with whom they carry the floating address."""

from collections.abc import Mapping

from provisioner.bootstrap import channel
from provisioner.bootstrap.keepalived import master_config, render
from provisioner.domain.machines import NicPlan
from provisioner.store import carriers, clusters, nodes, resources
from provisioner.store.database import Database
from workflows.kinds.interface import Answer, Configuration


def configurations(database: Database, resource_id: str) -> Mapping[str, Configuration]:
    """By node id, of each living master whose address is known. Empty without a floating one."""
    with database.read() as session:
        spec = clusters.spec_of(session, resources.get(session, resource_id))
        router_id = clusters.vrid(session, resource_id)
        masters = carriers.carriers(session, resource_id)
        macs = {
            node.id: NicPlan.model_validate(node.nics[0]).mac
            for node in nodes.of_resource(session, resource_id)
            if node.nics
        }
    if spec.endpoint.mode != "keepalived" or router_id is None:
        return {}
    vip = str(spec.endpoint.vip)
    return {
        master.node_id: _configuration(
            macs[master.node_id], render(master_config(master.node_id, masters, vip, router_id))
        )
        for master in masters
        if master.address
    }


def answer(guest_info: Mapping[str, str]) -> Answer | None:
    found = channel.applied(guest_info)
    if found is None:
        return None
    if found.outcome == "applied":
        return Answer(found.revision)
    problem = f"{found.outcome}: {found.message or 'without a reason'}"
    return Answer(found.revision, problem, final=found.outcome == "refused")


def _configuration(mac: str, keepalived: str) -> Configuration:
    sections = {channel.KEEPALIVED: keepalived}
    return Configuration(channel.revision(mac, sections), channel.configuration(mac, sections))
