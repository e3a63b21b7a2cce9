"""Whether nodes have taken what their VMs carry for them, and when to look for that."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from provisioner.domain.nodes import NodeFacts
from provisioner.domain.planning.digests import digest
from provisioner.domain.planning.wishes import Observed

# A node looks every ten seconds, and users wait for it. Who has not answered by then counts as one
# that refused, and is asked now and then: it may have been stuck, and what it says late is true as
# well. Who refused goes on trying, too.
PATIENCE = timedelta(seconds=120)
# The last one is for workers whose clock is behind Temporal's: for them it was too early before.
AFTER = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 10, 15, 30, 60, 120, 150))
THEN_EVERY = timedelta(minutes=5)


def awaited(node: NodeFacts) -> bool:
    """Its answer may still come. Lost ones answer when they are back; those being made have other
    things to do.
    """
    return _told(node) and node.answered != node.configuration


def refused(node: NodeFacts) -> bool:
    """It goes on with what it had before, if it goes on."""
    return _told(node) and not awaited(node) and node.misconfigured is not None


def is_late(node: NodeFacts, now: datetime) -> bool:
    since = _told_at(node)
    return since is not None and now - since >= PATIENCE


def key(observed: Observed) -> str:
    """Changes whenever there is something to look for; empty while there is nothing."""
    due = [
        f"{node.id} {node.configuration} {passed}"
        for node, since in _discontent(observed)
        if (passed := sum(after <= since for after in AFTER) + _further(since))
    ]
    return digest(due) if due else ""


def next_look(observed: Observed) -> datetime | None:
    times = (observed.now - since + _next(since) for _, since in _discontent(observed))
    return min(times, default=None)


def _discontent(observed: Observed) -> Iterator[tuple[NodeFacts, timedelta]]:
    """And for how long."""
    for node in observed.nodes:
        told_at = _told_at(node)
        if told_at and (awaited(node) or refused(node)):
            yield node, observed.now - told_at


def _told(node: NodeFacts) -> bool:
    return node.serves and node.configured_at is not None


def _told_at(node: NodeFacts) -> datetime | None:
    """Since when it could answer."""
    if node.configured_at is None or node.ready_at is None:
        return node.configured_at
    return max(node.configured_at, node.ready_at)


def _next(since: timedelta) -> timedelta:
    further = AFTER[-1] + (_further(since) + 1) * THEN_EVERY
    return next((after for after in AFTER if after > since), further)


def _further(since: timedelta) -> int:
    """How many of the rare looks are due by then."""
    return max(timedelta(0), since - AFTER[-1]) // THEN_EVERY
