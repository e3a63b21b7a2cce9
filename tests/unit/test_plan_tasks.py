"""Tasks one after the other: a resource whose making has phases, and no VMs that stay."""

from datetime import UTC, datetime

import pytest

from provisioner.domain.deadlines import Deadlines
from provisioner.domain.planning.plan import Plan
from provisioner.domain.planning.planner import plan
from provisioner.domain.planning.wishes import (
    Desired,
    Observed,
    TaskFacts,
    TaskState,
    TaskWish,
    When,
)
from provisioner.domain.replacement import Replacement

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PHASES = (
    TaskWish(name="build", when=When.BEFORE_NODES),
    TaskWish(name="test", when=When.BEFORE_NODES, after=("build",)),
    TaskWish(name="register", when=When.BEFORE_NODES, after=("test",)),
)


def look(key: str = "1", **states: TaskState) -> Plan:
    facts = tuple(
        TaskFacts(name=name, key=key, state=state, started_at=NOW) for name, state in states.items()
    )
    desired = Desired(generation=1, epoch=1, tasks=PHASES)
    return plan(desired, Observed(now=NOW, tasks=facts), Deadlines(), Replacement())


def due(key: str = "1", **states: TaskState) -> list[str]:
    return [wish.name for wish in look(key, **states).tasks]


def test_a_phase_waits_for_the_one_before() -> None:
    assert due() == ["build"]
    assert due(build=TaskState.RUNNING) == []
    assert due(build=TaskState.DONE) == ["test"]
    assert due(build=TaskState.DONE, test=TaskState.DONE) == ["register"]


@pytest.mark.parametrize("state", [TaskState.DONE, TaskState.FAILED])
def test_what_was_done_for_something_else_is_done_anew(state: TaskState) -> None:
    assert due(build=state, key="0") == ["build"]


def test_what_runs_for_something_else_ends_first() -> None:
    assert due(build=TaskState.RUNNING, key="0") == []


def test_nothing_follows_a_failure() -> None:
    assert due(build=TaskState.FAILED) == []
    assert not look(build=TaskState.FAILED).settled


def test_settled_when_the_last_phase_is_done() -> None:
    done = TaskState.DONE
    assert not look(build=done, test=done).settled
    assert look(build=done, test=done, register=done).settled
