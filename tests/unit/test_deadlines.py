"""Each step of a node has a deadline; waiting for others runs no clock."""

from datetime import datetime, timedelta

import pytest

from provisioner.domain.deadlines import Deadlines, deadline
from provisioner.domain.nodes import NodeFacts, Phase, Step
from tests.unit.world import START

DEADLINES = Deadlines(clone=10, address=20, boot=30, bootstrap=40, admission=50)


def at(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


def node(**clocks: object) -> NodeFacts:
    given = {"id": "n1", "group": "g", "name": "g-1", "created_at": START} | clocks
    return NodeFacts.model_validate(given)


def due(found: NodeFacts, awaited_since: datetime | None = None) -> float | None:
    """In seconds from the start."""
    when = deadline(found, DEADLINES, awaited_since)
    return (when - START).total_seconds() if when else None


@pytest.mark.parametrize(
    ("clock", "step", "seconds"),
    [
        ("clone_started_at", Step.CLONING, 10),
        ("powered_on_at", Step.ADDRESS, 20),
        ("addressed_at", Step.BOOTING, 30),
        ("leading_at", Step.BOOTSTRAPPING, 40),
        ("join_granted_at", Step.BOOTSTRAPPING, 40),
        ("reported_ready_at", Step.ADMISSION, 50),
    ],
)
def test_a_step_is_due_from_its_beginning(clock: str, step: Step, seconds: int) -> None:
    found = node(**{"clone_started_at": at(1), clock: at(100)})
    assert (found.step, found.since) == (step, at(100))
    assert due(found) == 100 + seconds


def test_waiting_for_a_clone_slot_runs_no_clock() -> None:
    assert node().step is Step.WAITING
    assert node().since == START
    assert due(node(work_started_at=at(5))) is None


def test_waiting_for_the_leader_runs_no_clock_until_it_is_ready() -> None:
    waiting = node(contacted_at=at(100))
    assert due(waiting) is None
    assert due(waiting, awaited_since=at(60)) == 140
    assert due(waiting, awaited_since=at(500)) == 540


def test_waiting_for_the_turn_to_join_runs_no_clock() -> None:
    queued = node(contacted_at=at(1), join_requested_at=at(2))
    assert queued.step is Step.QUEUED
    assert due(queued, awaited_since=at(0)) is None


def test_the_latest_step_counts() -> None:
    leader = node(contacted_at=at(1), join_requested_at=at(2), leading_at=at(3))
    assert leader.step is Step.BOOTSTRAPPING
    assert due(leader) == 43


@pytest.mark.parametrize("phase", [Phase.READY, Phase.REMOVING, Phase.GONE])
def test_only_nodes_in_creation_have_deadlines(phase: Phase) -> None:
    assert due(node(phase=phase, ready_at=at(9), powered_on_at=at(3))) is None


def test_a_ready_node_is_done_since_it_was_ready() -> None:
    found = node(phase=Phase.READY, ready_at=at(9), reported_ready_at=at(8))
    assert (found.step, found.since) == (Step.DONE, at(9))


def test_a_nodes_token_outlives_all_of_its_own_steps() -> None:
    one_after_the_other = 10 + 20 + 30 + 2 * 40 + 50
    assert DEADLINES.total() > timedelta(seconds=one_after_the_other)
