"""When work on the resource as a whole is due."""

from datetime import datetime, timedelta

from provisioner.domain.nodes import Phase
from provisioner.domain.planning import answers
from provisioner.domain.planning.digests import digest
from provisioner.domain.planning.wishes import (
    Desired,
    Observed,
    TaskFacts,
    TaskState,
    TaskWish,
    When,
)

# A workflow lost with its server is started again after this; starting is idempotent. Until then
# what runs is left to end, even where it is out of date: its end makes its resource look again.
RESTART_AFTER = timedelta(minutes=5)
# Longer than a task may take, so that its failure is on show between two tries.
TRY_AGAIN_AFTER = timedelta(minutes=30)


def overdue(started_at: datetime | None, now: datetime) -> bool:
    return started_at is None or started_at + RESTART_AFTER <= now


def due(desired: Desired, observed: Observed, when: When) -> tuple[TaskWish, ...]:
    wishes = (keyed(wish, desired, observed) for wish in desired.tasks if wish.when is when)
    return tuple(
        wish
        for wish in wishes
        if _is_due(wish, desired, observed) and _may_begin(wish, desired, observed)
    )


def _may_begin(wish: TaskWish, desired: Desired, observed: Observed) -> bool:
    before = (one for one in desired.tasks if one.name in wish.after)
    return all(_is_done(keyed(one, desired, observed), observed) for one in before)


def _is_due(wish: TaskWish, desired: Desired, observed: Observed) -> bool:
    facts = _facts(wish, observed)
    if not wish.key:
        return False
    if facts is None:
        return True
    if facts.state is TaskState.RUNNING:
        return overdue(facts.started_at, observed.now)
    if facts.key == wish.key and facts.state is TaskState.FAILED:
        again = wish.persistent and facts.started_at + TRY_AGAIN_AFTER <= observed.now
        return again or facts.epoch != desired.epoch
    return facts.key != wish.key


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


def following(desired: Desired, observed: Observed, when: When) -> tuple[TaskWish, ...]:
    """Tasks that follow what there is: its key makes them due. A failure is repeated later."""
    wishes = [keyed(wish, desired, observed) for wish in desired.tasks if wish.when is when]
    return tuple(wish for wish in wishes if _is_stale(wish, observed))


def keyed(wish: TaskWish, desired: Desired, observed: Observed) -> TaskWish:
    """With the key that stands for what it follows; an empty one stands for nothing."""
    if wish.when is When.WITH_MEMBERS:
        return wish.model_copy(update={"key": _members(wish, desired, observed)})
    if wish.when is When.WITH_NODES:
        return wish.model_copy(update={"key": _nodes(wish, observed)})
    if wish.when is When.WITH_ANSWERS:
        return wish.model_copy(update={"key": answers.key(observed)})
    return wish


def _members(wish: TaskWish, desired: Desired, observed: Observed) -> str:
    """A digest of what they are told (the wish's own key), of who is in the core, and where.

    Those without an address can't be told of yet. One on its way out may carry what they share
    until its VM is gone. Without a core, all are members, of groups that are not wanted any more
    as well.
    """
    core = {one.name for one in desired.groups if one.core}
    among = (n for n in observed.nodes if n.group in core or not core)
    present = [n for n in among if n.phase is not Phase.GONE]
    known = [f"{node.id} {node.address}" for node in present if node.address]
    return digest([wish.key, *known]) if known else ""


def _nodes(wish: TaskWish, observed: Observed) -> str:
    """A digest of the wish's own key, of who is there, where, and how far. Never empty: others
    are told that nobody is left, too.
    """
    present = [n for n in observed.nodes if n.group in wish.follows and n.phase is not Phase.GONE]
    return digest([wish.key, *(f"{node.id} {node.address} {node.phase}" for node in present)])


def _is_stale(wish: TaskWish, observed: Observed) -> bool:
    facts = _facts(wish, observed)
    if not wish.key:
        return False
    if facts is None:
        return True
    if facts.state is TaskState.RUNNING or facts.key == wish.key:
        return facts.state is not TaskState.DONE and overdue(facts.started_at, observed.now)
    return True


def done(desired: Desired, observed: Observed, *whens: When) -> bool:
    wishes = [wish for wish in desired.tasks if wish.when in whens]
    return all(_is_done(keyed(wish, desired, observed), observed) for wish in wishes)


def failed(desired: Desired, observed: Observed, *whens: When) -> list[TaskFacts]:
    """Tasks that failed for good in this epoch."""
    found = [_facts(wish, observed) for wish in desired.tasks if wish.when in whens]
    return [
        facts
        for facts in found
        if facts and facts.state is TaskState.FAILED and facts.epoch == desired.epoch
    ]


def _is_done(wish: TaskWish, observed: Observed) -> bool:
    if not wish.key:
        return True
    facts = _facts(wish, observed)
    return facts is not None and facts.key == wish.key and facts.state is TaskState.DONE


def _facts(wish: TaskWish, observed: Observed) -> TaskFacts | None:
    return next((task for task in observed.tasks if task.name == wish.name), None)
