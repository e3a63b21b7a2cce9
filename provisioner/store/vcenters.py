"""The vCenters an organisation registered."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from provisioner.store.errors import NotFound, Taken
from provisioner.store.tables import (
    Installation,
    InventoryRow,
    MachineRow,
    Node,
    VCenter,
)

CONNECTED, REMOVED = "connected", "removed"
# No user's name has a slash: what is being tried stands in nobody's way.
_TRIAL = "trial/"


def trial_name(vcenter_id: str) -> str:
    """Of a vCenter whose login is being tried. Lists leave it out, and no name leads to it."""
    return f"{_TRIAL}{vcenter_id}"


def find(session: Session, org_id: int, name: str) -> VCenter:
    query = select(VCenter).where(
        VCenter.org_id == org_id, VCenter.name == name, VCenter.state != REMOVED
    )
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(f"there is no vCenter named {name!r}")
    return found


def get(session: Session, vcenter_id: str) -> VCenter:
    found = session.get(VCenter, vcenter_id)
    if found is None or found.state == REMOVED:
        raise NotFound(f"there is no vCenter {vcenter_id}")
    return found


def exists(session: Session, vcenter_id: str) -> bool:
    found = session.get(VCenter, vcenter_id)
    return found is not None and found.state != REMOVED


def listed(session: Session, org_id: int | None = None) -> list[VCenter]:
    """Of one organisation, or of all."""
    known = (VCenter.state != REMOVED, VCenter.name.not_like(f"{_TRIAL}%"))
    query = select(VCenter).where(*known).order_by(VCenter.name)
    if org_id is not None:
        query = query.where(VCenter.org_id == org_id)
    return list(session.scalars(query))


def is_same(vcenter: VCenter) -> ColumnElement[bool]:
    """For any registration of that vCenter, by whichever organisation."""
    if vcenter.instance_uuid is None:
        return VCenter.id == vcenter.id
    return VCenter.instance_uuid == vcenter.instance_uuid


def is_trial(vcenter: VCenter) -> bool:
    return vcenter.name.startswith(_TRIAL)


def abandoned(session: Session, before: datetime) -> list[VCenter]:
    """Trials begun before then: whoever began them did not live to end them."""
    query = select(VCenter).where(VCenter.name.like(f"{_TRIAL}%"), VCenter.created_at < before)
    return list(session.scalars(query))


def give_name(session: Session, vcenter: VCenter, name: str) -> None:
    """Ends a trial. Raises Taken."""
    vcenter.name = name
    try:
        session.flush()
    except IntegrityError as err:
        raise Taken(f"there is a vCenter named {name!r} already") from err


def sharing_root(session: Session, vcenter: VCenter) -> VCenter | None:
    """Another registration, of whomever, of the same vCenter whose root folder is the same, lies
    within or holds this one's. Registrations wait for each other until the transaction ends.
    """
    session.execute(select(Installation.uuid).with_for_update())
    others = (
        row
        for row in listed(session)
        if row.id != vcenter.id and row.instance_uuid == vcenter.instance_uuid
    )
    return next((row for row in others if _nested(row.root_folder, vcenter.root_folder)), None)


def _nested(one: str, other: str) -> bool:
    shorter, longer = sorted((f"{one}/", f"{other}/"), key=len)
    return longer.startswith(shorter)


def sickness(vcenter: VCenter) -> str | None:
    """Why what is known of its VMs can't be relied on; None while it can."""
    if vcenter.state == CONNECTED:
        return None
    reason = f" ({vcenter.reason})" if vcenter.reason else ""
    return f"the vCenter {vcenter.name} is {vcenter.state}{reason}"


def has_nodes(session: Session, vcenter_id: str) -> bool:
    """VMs not yet gone."""
    left = select(Node.id).where(Node.vcenter_id == vcenter_id, Node.phase != "gone")
    return session.scalars(left.limit(1)).first() is not None


def remove(session: Session, vcenter: VCenter) -> None:
    """Its inventory goes, its name is free again. The row stays: deleted resources refer to it."""
    for table in (InventoryRow, MachineRow):
        session.execute(delete(table).where(table.vcenter_id == vcenter.id))
    vcenter.state, vcenter.name = REMOVED, f"{REMOVED}/{vcenter.id}"


def owner_mark(session: Session) -> str:
    """This installation's UUID, which marks every VM it made."""
    return session.scalars(select(Installation.uuid)).one()
