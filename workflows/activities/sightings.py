"""What the watch saw, put on record; and whom it concerns."""

from collections.abc import Mapping, Set

from sqlalchemy.orm import Session

from provisioner.domain.nodes import Loss, Phase
from provisioner.domain.virtual_machines import POWERED_ON, VMSeen, WatchBatch
from provisioner.store import events, inventory, nodes, resources, vcenters
from provisioner.store.database import Database
from provisioner.store.guest_addresses import own_address
from provisioner.store.tables import Node, VCenter
from provisioner.store.types import utc_now
from provisioner.vsphere.vcenter import VCenterAbout
from workflows.contracts import resource_workflow

DISAPPEARED = "its VM disappeared from vCenter"


class Sightings:
    def __init__(self, database: Database) -> None:
        self._database = database

    def vcenter(self, vcenter_id: str) -> VCenter:
        with self._database.read() as session:
            return vcenters.get(session, vcenter_id)

    def verified(self, vcenter_id: str, about: VCenterAbout) -> None:
        with self._database.write() as session:
            row = vcenters.get(session, vcenter_id)
            row.instance_uuid, row.version = about.instance_uuid, about.version
            row.state, row.reason, row.rejected_version = "connected", None, None

    def trouble(self, vcenter_id: str, reason: str) -> None:
        with self._database.write() as session:
            row = vcenters.get(session, vcenter_id)
            if row.state != "refused":
                row.state = "unreachable"
            row.reason = reason

    def missed(self, vcenter_id: str, batch: WatchBatch) -> list[str]:
        """VMs of ours (vCenter's ids) that the batch says are not below the root folder.

        Of a full batch, also those that were made since it began: vCenter knows them.
        """
        with self._database.read() as session:
            gone = set(batch.vms_gone)
            if batch.full:
                gone |= nodes.morefs(session, vcenter_id) - {vm.moref for vm in batch.vms}
            return [node.moref for node in _missed(session, vcenter_id, gone) if node.moref]

    def apply(self, vcenter_id: str, batch: WatchBatch, known: Mapping[str, bool]) -> list[str]:
        """Answers the workflows that should look again. Idempotent.

        `known`: the missed VMs, and whether vCenter still knows them.
        """
        with self._database.write() as session:
            row = vcenters.get(session, vcenter_id)
            inventory.apply(session, row, batch)
            if row.state == "unreachable":
                row.state, row.reason = "connected", None
            concerned = _arrivals(session, row, batch) | _losses(session, row, batch, known)
            concerned |= _powers(session, row, batch)
            return sorted(_workflow(session, resource_id) for resource_id in concerned)


def _missed(session: Session, vcenter_id: str, gone: Set[str]) -> list[Node]:
    found = nodes.by_morefs(session, vcenter_id, gone) if gone else []
    return [node for node in found if node.phase != Phase.REMOVING]


def _arrivals(session: Session, row: VCenter, batch: WatchBatch) -> set[str]:
    """Resources that have a node with a new address."""
    seen = {vm.instance_uuid: vm for vm in batch.vms if any(nic.addresses for nic in vm.nics)}
    return {
        node.resource_id
        for node in nodes.by_instance_uuids(session, row.id, seen)
        if _note_address(session, node, seen[node.instance_uuid])
    }


def _losses(
    session: Session, row: VCenter, batch: WatchBatch, known: Mapping[str, bool]
) -> set[str]:
    """Resources that have lost a VM nobody here removed."""
    lost = _missed(session, row.id, {*batch.vms_gone, *known})
    for node in lost:
        if known.get(str(node.moref)):
            note_lost(session, node, Loss.OUT_OF_SIGHT)
        elif node.phase == Phase.CREATING and not node.failure:
            node.failure = DISAPPEARED
        else:
            note_lost(session, node, Loss.GONE)
    return {node.resource_id for node in lost}


def _note_address(session: Session, node: Node, vm: VMSeen) -> bool:
    if node.phase != Phase.CREATING and node.address:
        return False
    address = own_address(session, node, vm)
    if address is None or address == node.address:
        return False
    node.address = address
    nodes.stamp(node, "addressed_at", utc_now())
    return True


def _powers(session: Session, row: VCenter, batch: WatchBatch) -> set[str]:
    """Resources with a member whose VM was powered off, or on again, by somebody else."""
    seen = {vm.moref: vm.power_state for vm in batch.vms}
    found = nodes.by_instance_uuids(session, row.id, {vm.instance_uuid for vm in batch.vms})
    # Somebody else's VM may bear the UUID of ours.
    own = [node for node in found if node.moref in seen and node.phase == Phase.READY]
    return {
        node.resource_id
        for node in own
        if note_lost(session, node, Loss.OFF if seen[str(node.moref)] != POWERED_ON else None)
    }


def note_lost(session: Session, node: Node, lost: Loss | None) -> bool:
    """Of a member. True when it is news."""
    resource, node = nodes.locked(session, node.id)
    if node.phase != Phase.READY or not nodes.note_lost(node, lost, utc_now()):
        return False
    reason, message = ("MachineLost", lost) if lost else (events.BACK, "its VM is back")
    text = f"{node.name}: {message}"
    events.record(session, resource, reason, text, node=node, warning=bool(lost))
    return True


def _workflow(session: Session, resource_id: str) -> str:
    return resource_workflow(resources.get(session, resource_id).kind, resource_id)
