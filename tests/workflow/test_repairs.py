"""Machines that are lost behind our back, and their replacement."""

from datetime import timedelta

import pytest

from lab.vcenter.control import Control
from provisioner.domain.ids import new_uuid
from provisioner.domain.nodes import Loss, Phase
from provisioner.store import nodes
from provisioner.store.tables import Node
from provisioner.store.types import utc_now
from tests.workflow.hands import Hands
from tests.workflow.plain_document import CORE
from tests.workflow.site import Site
from tests.workflow.subject import Subject

WORKERS = {"pool1": 3}


@pytest.fixture
async def subject(running: Site) -> Subject:
    """Three members of the core, three of a pool, as asked."""
    made = Subject.create(running, core=3, **WORKERS)
    await made.becomes("RUNNING")
    return made


async def test_a_machine_that_is_gone_is_replaced(subject: Subject) -> None:
    [lost, *_] = subject.nodes("pool1")
    subject.site.inspector.destroy(lost.moref)
    await subject.until(lambda: _row(subject, lost).phase == Phase.GONE)
    await subject.becomes("RUNNING")
    [successor] = [node for node in subject.nodes("pool1") if node.replaces == lost.id]
    assert successor.attempt == 1
    assert len(subject.nodes()) == len(subject.machines()) == 6
    assert lost.id not in subject.site.kind.names("retire")
    assert "it is replaced" in (_row(subject, lost).removal_reason or "")


async def test_a_machine_that_stays_off_is_replaced(subject: Subject) -> None:
    [lost, *_] = subject.nodes("pool1")
    subject.site.inspector.power_off(lost.moref)
    await subject.becomes("DEGRADED")
    assert _row(subject, lost).lost == Loss.OFF
    _age(subject, lost)
    subject.poke()
    await subject.until(lambda: _row(subject, lost).phase == Phase.GONE)
    await subject.becomes("RUNNING")
    assert lost.moref not in {machine.moref for machine in subject.machines()}


async def test_the_leader_is_replaced_and_nobody_leads_anew(subject: Subject) -> None:
    [leader] = [node for node in subject.nodes(CORE) if node.leading_at]
    subject.site.inspector.destroy(leader.moref)
    await subject.until(lambda: _row(subject, leader).phase == Phase.GONE)
    await subject.becomes("RUNNING")
    [successor] = [node for node in subject.nodes(CORE) if node.replaces == leader.id]
    assert successor.leading_at is None
    assert successor.join_token_at > _row(subject, leader).gone_at


async def test_too_many_lost_and_nothing_is_touched(subject: Subject) -> None:
    lost = subject.nodes("pool1")[:2]
    for node in lost:
        subject.site.inspector.power_off(node.moref)
    await subject.until(lambda: all(_row(subject, node).lost for node in lost))
    for node in lost:
        _age(subject, node)
    subject.poke()
    await subject.until(lambda: len(subject.events("ReplacementHeldBack")) == 2)
    await subject.becomes("DEGRADED")
    [condition] = [one for one in subject.row.conditions if one["type"] == "GroupReady/pool1"]
    assert "2 of 3 members of pool1 are lost" in condition["message"]
    assert len(subject.machines()) == 6
    subject.site.inspector.power_on(lost[0].moref)
    await subject.until(lambda: _row(subject, lost[1]).phase == Phase.GONE)
    await subject.becomes("RUNNING")
    assert _row(subject, lost[0]).phase == Phase.READY


async def test_a_machine_that_was_moved_away_is_not_gone(
    subject: Subject, control: Control
) -> None:
    """The simulator's views don't notice moves: a new watch does."""
    site, [moved, *_] = subject.site, subject.nodes("pool1")
    elsewhere = site.inspector.make_folder(new_uuid())
    site.inspector.move(moved.moref, elsewhere)
    control.end_sessions()
    await subject.becomes("DEGRADED")
    assert _row(subject, moved).lost == Loss.OUT_OF_SIGHT
    _age(subject, moved)
    site.inspector.move(moved.moref, site.root_folder)
    control.end_sessions()
    await subject.becomes("RUNNING")
    assert _row(subject, moved).phase == Phase.READY
    site.inspector.destroy_folder(elsewhere)


async def test_somebody_elses_machine_of_our_uuid_says_nothing_of_ours(subject: Subject) -> None:
    site, [node, *_] = subject.site, subject.nodes("pool1")
    stranger = site.inspector.make_machine(site.root_folder, "theirs", uuid=node.instance_uuid)
    await subject.until(lambda: site.sees(stranger))
    assert _row(subject, node).lost is None


async def test_a_machine_that_runs_again_when_it_is_to_go_stays(site: Site, hands: Hands) -> None:
    _, [node] = await hands.plan()
    assert await hands.create(node)
    with site.database.write() as session:
        row = nodes.get(session, node.id)
        row.phase, row.lost, row.lost_at = Phase.READY, Loss.OFF, utc_now()
        nodes.begin_removal(row, "it was off")
        row.repaired_at = utc_now()
    await hands.destroy(node)
    with site.database.read() as session:
        row = nodes.get(session, node.id)
    assert (row.phase, row.lost, row.repaired_at) == (Phase.READY, None, None)
    assert site.kind.names("end_membership") == []


def _row(subject: Subject, node: Node) -> Node:
    with subject.site.database.read() as session:
        return nodes.get(session, node.id)


def _age(subject: Subject, node: Node) -> None:
    """It has been lost for longer than a VM may be off."""
    with subject.site.database.write() as session:
        nodes.get(session, node.id).lost_at = utc_now() - timedelta(minutes=2)
