"""What the members of load balancers told of themselves, beside what they were told."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from provisioner.domain.nodes import Phase
from provisioner.edge.status import MemberStatus
from provisioner.store import nodes
from provisioner.store.tables import MemberStatusRow, Node


@dataclass(frozen=True)
class Reported:
    """Of the node that is a member at present; nobody proves what it says.

    `asked` and `applied`: revisions of its configuration, None before the first; `problem`: why
    it did not apply what it was asked to. `at`: when it was last heard to say something new, and
    it does so every few minutes; None: never, and `status` is None with it. `held_at`: since
    when it says the same of its VIPs.
    """

    node: str
    asked: str | None
    applied: str | None
    problem: str | None
    at: datetime | None = None
    held_at: datetime | None = None
    status: MemberStatus | None = None

    @property
    def in_sync(self) -> bool:
        return self.applied is not None and self.applied == self.asked


def statuses_of(session: Session, resource_id: str) -> Mapping[str, Reported]:
    """By member; those without a node are missing. While one replaces another, the new one's."""
    members = [node for node in nodes.of_resource(session, resource_id) if _is_member(node)]
    return {node.group: _reported(node, session.get(MemberStatusRow, node.id)) for node in members}


def note(session: Session, node_id: str, status: MemberStatus, at: datetime) -> bool:
    """True when it tells another thing of its VIPs or its servers than before."""
    told = hashlib.sha256(status.model_dump_json().encode()).hexdigest()
    row = session.get(MemberStatusRow, node_id)
    if row is None:
        row = MemberStatusRow(node_id=node_id, told="", status={}, heard_at=at, held_at=at)
        session.add(row)
    elif row.told == told:
        return False
    before, now = row.status, status.model_dump(mode="json")
    if before.get("groups") != now["groups"]:
        row.held_at = at
    row.told, row.status, row.heard_at = told, now, at
    return any(before.get(part) != now[part] for part in ("groups", "servers"))


def forget(session: Session, node_id: str) -> None:
    session.execute(delete(MemberStatusRow).where(MemberStatusRow.node_id == node_id))


def _is_member(node: Node) -> bool:
    return node.phase in (Phase.CREATING, Phase.READY)


def _reported(node: Node, row: MemberStatusRow | None) -> Reported:
    applied = None if node.misconfigured else node.answered
    known = Reported(node.id, node.configuration, applied, node.misconfigured)
    if row is None:
        return known
    status = MemberStatus.model_validate(row.status)
    return Reported(**vars(known) | {"at": row.heard_at, "held_at": row.held_at, "status": status})
