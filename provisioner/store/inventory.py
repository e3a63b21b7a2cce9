"""What the watch saw: the inventory for validation, and our VMs."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from provisioner.domain.inventory import Inventory
from provisioner.domain.virtual_machines import InventoryObject, NicSeen, VMSeen, WatchBatch
from provisioner.store.tables import InventoryRow, MachineRow, VCenter
from provisioner.store.types import utc_now


def load(session: Session, vcenter_id: str) -> Inventory:
    query = select(InventoryRow.facts).where(InventoryRow.vcenter_id == vcenter_id)
    return Inventory(InventoryObject.model_validate(facts) for facts in session.scalars(query))


def machines(session: Session, vcenter_id: str) -> list[VMSeen]:
    query = select(MachineRow.facts).where(MachineRow.vcenter_id == vcenter_id)
    return [VMSeen.model_validate(facts) for facts in session.scalars(query)]


def power_states(session: Session, instance_uuids: Iterable[str]) -> dict[str, str]:
    """Of the VMs the watch has seen, by instance UUID."""
    query = select(MachineRow.facts).where(MachineRow.instance_uuid.in_(list(instance_uuids)))
    seen = (VMSeen.model_validate(facts) for facts in session.scalars(query))
    return {vm.instance_uuid: vm.power_state for vm in seen}


def addresses(session: Session, instance_uuids: Iterable[str]) -> dict[str, set[str]]:
    """What the guests were last seen to have on all their NICs, by instance UUID."""
    query = select(MachineRow.facts).where(MachineRow.instance_uuid.in_(list(instance_uuids)))
    seen = (VMSeen.model_validate(facts) for facts in session.scalars(query))
    return {vm.instance_uuid: {a for nic in vm.nics for a in nic.addresses} for vm in seen}


def nics(session: Session, instance_uuids: Iterable[str]) -> dict[str, tuple[NicSeen, ...]]:
    """As the guests tell of them, by instance UUID."""
    query = select(MachineRow.facts).where(MachineRow.instance_uuid.in_(list(instance_uuids)))
    seen = (VMSeen.model_validate(facts) for facts in session.scalars(query))
    return {vm.instance_uuid: vm.nics for vm in seen}


def machine_morefs(session: Session, vcenter_id: str) -> set[str]:
    return set(session.scalars(select(MachineRow.moref).where(MachineRow.vcenter_id == vcenter_id)))


def apply(session: Session, vcenter: VCenter, batch: WatchBatch) -> None:
    """Idempotent. A full batch replaces everything that was known."""
    if batch.full:
        for table in (InventoryRow, MachineRow):
            session.execute(delete(table).where(table.vcenter_id == vcenter.id))
    _forget(session, vcenter.id, batch)
    _insert_machines(session, vcenter.id, batch.vms)
    _insert_objects(session, vcenter.id, batch.objects)
    vcenter.watched_at = utc_now()


def _forget(session: Session, vcenter_id: str, batch: WatchBatch) -> None:
    vms = [*batch.vms_gone, *(vm.moref for vm in batch.vms)]
    objects = [*batch.objects_gone, *(item.moref for item in batch.objects)]
    # A VM marked as a template, or moved out of our folder, changes tables.
    for table in (MachineRow, InventoryRow):
        for morefs in _chunks(vms + objects):
            session.execute(
                delete(table).where(table.vcenter_id == vcenter_id, table.moref.in_(morefs))
            )


def _insert_machines(session: Session, vcenter_id: str, seen: Iterable[VMSeen]) -> None:
    rows = [
        {
            "vcenter_id": vcenter_id,
            "moref": vm.moref,
            "instance_uuid": vm.instance_uuid,
            "facts": vm.model_dump(mode="json"),
        }
        for vm in seen
    ]
    if rows:
        session.execute(insert(MachineRow), rows)


def _insert_objects(session: Session, vcenter_id: str, seen: Iterable[InventoryObject]) -> None:
    rows = [
        {
            "vcenter_id": vcenter_id,
            "moref": item.moref,
            "type": item.type,
            "facts": item.model_dump(mode="json"),
        }
        for item in seen
    ]
    if rows:
        session.execute(insert(InventoryRow), rows)


def _chunks(values: Sequence[str], size: int = 500) -> Iterable[Sequence[str]]:
    return (values[start : start + size] for start in range(0, len(values), size))
