"""How far an add-on is, in one word and a reason."""

from collections.abc import Sequence
from enum import StrEnum

from provisioner.domain.add_ons import Wish
from provisioner.domain.planning.wishes import TaskFacts, TaskState


class State(StrEnum):
    """`unhealthy`: it is installed, and not all of it works."""

    ABSENT = "absent"
    WAITING = "waiting"
    INSTALLING = "installing"
    INSTALLED = "installed"
    UNHEALTHY = "unhealthy"
    REMOVING = "removing"
    FAILED = "failed"


def of_ours(
    wish: Wish, key: str, task: TaskFacts | None, problems: Sequence[str]
) -> tuple[State, str | None]:
    """`key` is the one that the wish has now; `task` the work last done for it."""
    if task is None or task.key != key:
        return State.WAITING, "it is put in once the first master is ready"
    if task.state is TaskState.FAILED:
        return State.FAILED, task.reason
    if task.state is TaskState.RUNNING:
        return (State.REMOVING if wish.removed else State.INSTALLING), task.reason
    if wish.removed:
        return State.ABSENT, None
    return of_others(present=True, problems=problems)


def of_others(present: bool, problems: Sequence[str]) -> tuple[State, str | None]:
    """Of what somebody else installs, as last seen."""
    if not present:
        return State.WAITING, "the cluster was not looked at yet"
    if problems:
        return State.UNHEALTHY, "; ".join(problems)
    return State.INSTALLED, None
