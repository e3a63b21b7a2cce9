"""When work on the resource as a whole is due."""

from datetime import datetime, timedelta

from provisioner.domain.planning.wishes import (
    Desired,
    Observed,
    TaskFacts,
    TaskState,
    TaskWish,
    When,
)

# A workflow lost with its server is started again after this; starting is idempotent.
RESTART_AFTER = timedelta(minutes=5)


def overdue(started_at: datetime | None, now: datetime) -> bool:
    return started_at is None or started_at + RESTART_AFTER <= now


def due(desired: Desired, observed: Observed, when: When) -> tuple[TaskWish, ...]:
    return tuple(
        wish for wish in desired.tasks if wish.when is when and _is_due(wish, desired, observed)
    )


def _is_due(wish: TaskWish, desired: Desired, observed: Observed) -> bool:
    facts = _facts(wish, observed)
    if facts is None or facts.key != wish.key:
        return True
    if facts.state is TaskState.FAILED:
        return facts.epoch != desired.epoch
    return facts.state is TaskState.RUNNING and overdue(facts.started_at, observed.now)


def on_turn(desired: Desired, observed: Observed) -> tuple[TaskWish, ...]:
    """Asked for again and again; a failure is repeated only after a while."""
    found = []
    for wish in desired.tasks:
        facts = _facts(wish, observed)
        free = facts is None or facts.state is TaskState.DONE
        if wish.when is When.ON_TURN and (
            free or overdue(facts.started_at if facts else None, observed.now)
        ):
            found.append(wish)
    return tuple(found)


def done(desired: Desired, observed: Observed, *whens: When) -> bool:
    wishes = [wish for wish in desired.tasks if wish.when in whens]
    return all(_is_done(wish, observed) for wish in wishes)


def failed(desired: Desired, observed: Observed, *whens: When) -> list[TaskFacts]:
    """Tasks that failed for good in this epoch."""
    found = [_facts(wish, observed) for wish in desired.tasks if wish.when in whens]
    return [
        facts
        for facts in found
        if facts and facts.state is TaskState.FAILED and facts.epoch == desired.epoch
    ]


def _is_done(wish: TaskWish, observed: Observed) -> bool:
    facts = _facts(wish, observed)
    return facts is not None and facts.key == wish.key and facts.state is TaskState.DONE


def _facts(wish: TaskWish, observed: Observed) -> TaskFacts | None:
    return next((task for task in observed.tasks if task.name == wish.name), None)
