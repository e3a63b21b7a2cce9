"""What the members of load balancers told of themselves, beside what they were told."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from provisioner.domain.nodes import Phase
from provisioner.edge.status import MemberStatus, Reported
from provisioner.store import nodes
from provisioner.store.tables import MemberStatusRow, Node


def statuses_of(session: Session, resource_id: str) -> Mapping[str, Reported]:
    """By member, of the nodes that are there to stay; who has none is missing."""
    members = [node for node in nodes.of_resource(session, resource_id) if _is_member(node)]
    return {node.group: _reported(node, session.get(MemberStatusRow, node.id)) for node in members}


def note(
    session: Session, node_id: str, status: MemberStatus, kept: MemberStatus, at: datetime
) -> bool:
    """True when it tells another thing of its VIPs or its servers than before.

    `kept`: what of its status is shown. Whether it is news is asked of all it says.
    """
    told = _digest(status)
    row = session.get(MemberStatusRow, node_id)
    if row is None:
        row = MemberStatusRow(node_id=node_id, told="", status={}, heard_at=at, held_at=at)
        session.add(row)
    elif row.told == told:
        return False
    before, now = row.status, kept.model_dump(mode="json")
    if before.get("groups") != now["groups"]:
        row.held_at = at
    row.told, row.status, row.heard_at = told, now, at
    return any(before.get(part) != now[part] for part in ("groups", "servers"))


def news(session: Session, found: Mapping[str, MemberStatus]) -> dict[str, MemberStatus]:
    """By node, those of `found` of which `note` would change anything."""
    query = select(MemberStatusRow.node_id, MemberStatusRow.told).where(
        MemberStatusRow.node_id.in_(found)
    )
    told = {node_id: digest for node_id, digest in session.execute(query)}
    return {node: status for node, status in found.items() if told.get(node) != _digest(status)}


def forget(session: Session, node_id: str) -> None:
    session.execute(delete(MemberStatusRow).where(MemberStatusRow.node_id == node_id))


def _digest(status: MemberStatus) -> str:
    return hashlib.sha256(status.model_dump_json().encode()).hexdigest()


def _is_member(node: Node) -> bool:
    return node.phase in (Phase.CREATING, Phase.READY)


def _reported(node: Node, row: MemberStatusRow | None) -> Reported:
    return Reported(
        node=node.id,
        ready_at=node.ready_at,
        asked=node.configuration,
        asked_at=node.configured_at,
        applied=None if node.misconfigured else node.answered,
        problem=node.misconfigured,
        at=row.heard_at if row else None,
        held_at=row.held_at if row else None,
        status=MemberStatus.model_validate(row.status) if row else None,
    )
