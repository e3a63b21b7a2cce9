from datetime import UTC, datetime

import pytest

from provisioner.domain.add_on_states import State, of_others, of_ours
from provisioner.domain.add_ons import Wish
from provisioner.domain.planning.wishes import TaskFacts, TaskState

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WISH, GOING = Wish("cni", "flannel", "1"), Wish("cni", "flannel", "1", removed=True)


def task(state: TaskState, key: str = "k", reason: str | None = None) -> TaskFacts:
    return TaskFacts(name="cni", key=key, state=state, reason=reason, started_at=NOW)


@pytest.mark.parametrize(
    ("wish", "facts", "problems", "expected"),
    [
        (WISH, None, (), State.WAITING),
        (WISH, task(TaskState.DONE, key="old"), (), State.WAITING),
        (WISH, task(TaskState.RUNNING), (), State.INSTALLING),
        (WISH, task(TaskState.FAILED, reason="no"), (), State.FAILED),
        (WISH, task(TaskState.DONE), (), State.INSTALLED),
        (WISH, task(TaskState.DONE), ("0 of 1",), State.UNHEALTHY),
        (GOING, task(TaskState.RUNNING), (), State.REMOVING),
        (GOING, task(TaskState.DONE), (), State.ABSENT),
    ],
)
def test_the_task_and_what_was_seen_make_the_state(wish, facts, problems, expected):
    assert of_ours(wish, "k", facts, problems)[0] is expected


def test_the_reason_is_the_tasks_or_what_was_seen():
    assert of_ours(WISH, "k", task(TaskState.FAILED, reason="no"), ())[1] == "no"
    assert of_others(present=True, problems=("0 of 1", "gone"))[1] == "0 of 1; gone"
