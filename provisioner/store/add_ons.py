"""What clusters were last seen to hold of their add-ons, and what add-ons need on record."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.store import secrets, vcenters
from provisioner.store.errors import NotFound
from provisioner.store.tables import AddOnRow
from provisioner.store.types import utc_now


@dataclass(frozen=True)
class Sighting:
    program: str
    version: str
    objects: int
    problems: Sequence[str] = ()


def faults_of_storage(session: Session, org_id: int, spec: ClusterSpec) -> list[Fault]:
    """Whether the account that vSphere's programs in the cluster are to have is there, and one of
    the cluster's own vCenter, whose port they are told.
    """
    if spec.storage is None:
        return []
    name = spec.storage.secret
    faults = secrets.reference_faults(session, org_id, "storage.secret", name, "vsphere")
    return faults or [*_another_vcenters(session, org_id, spec.vcenter, name)]


def _another_vcenters(session: Session, org_id: int, vcenter: str, secret: str) -> Iterator[Fault]:
    try:
        host = vcenters.find(session, org_id, vcenter).host
    except NotFound:
        return
    server = secrets.find(session, org_id, secret).server or ""
    if server.lower() != host.lower():
        advice = (
            f"the secret {secret!r} is for {server}, but the vCenter {vcenter!r} is {host}; "
            "store one with that server"
        )
        yield Fault("storage.secret", advice, rests_on=("storage.secret", "vcenter"))


def note(session: Session, resource_id: str, name: str, seen: Sighting | None) -> None:
    """None: it is not there. What is as it was is not written again."""
    row = session.get(AddOnRow, (resource_id, name))
    if seen is None:
        if row is not None:
            session.delete(row)
        return
    if row is None:
        row = AddOnRow(resource_id=resource_id, name=name)
        session.add(row)
    elif _of(row) == (seen.program, seen.version, seen.objects, list(seen.problems)):
        return
    row.program, row.version, row.objects = seen.program, seen.version, seen.objects
    row.problems, row.seen_at = list(seen.problems), utc_now()


def of_resource(session: Session, resource_id: str) -> dict[str, AddOnRow]:
    query = select(AddOnRow).where(AddOnRow.resource_id == resource_id)
    return {row.name: row for row in session.scalars(query)}


def _of(row: AddOnRow) -> tuple[str, str, int, list[str]]:
    return row.program, row.version, row.objects, list(row.problems)
