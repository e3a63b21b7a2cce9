"""Tasks one after the other: a resource whose making has phases, and no VMs that stay."""

from datetime import UTC, datetime

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


def look(**states: TaskState) -> Plan:
    facts = tuple(
        TaskFacts(name=name, key="1", state=state, started_at=NOW) for name, state in states.items()
    )
    desired = Desired(generation=1, epoch=1, tasks=PHASES)
    return plan(desired, Observed(now=NOW, tasks=facts), Deadlines(), Replacement())


def due(**states: TaskState) -> list[str]:
    return [wish.name for wish in look(**states).tasks]


def test_a_phase_waits_for_the_one_before() -> None:
    assert due() == ["build"]
    assert due(build=TaskState.RUNNING) == []
    assert due(build=TaskState.DONE) == ["test"]
    assert due(build=TaskState.DONE, test=TaskState.DONE) == ["register"]


def test_nothing_follows_a_failure() -> None:
    assert due(build=TaskState.FAILED) == []
    assert not look(build=TaskState.FAILED).settled


def test_settled_when_the_last_phase_is_done() -> None:
    done = TaskState.DONE
    assert not look(build=done, test=done).settled
    assert look(build=done, test=done, register=done).settled
