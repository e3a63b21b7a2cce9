"""When to look whether nodes have taken what their VMs carry for them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from provisioner.domain.nodes import NodeFacts
from provisioner.domain.planning.digests import digest
from provisioner.domain.planning.wishes import Observed

# A node looks every ten seconds. Who has not answered at the last of these is asked now and then:
# it may have been stuck, and what it says late is true as well. Who refused goes on trying, too.
AFTER = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
THEN_EVERY = timedelta(minutes=30)


def key(observed: Observed) -> str:
    """Changes whenever there is something to look for; empty while there is nothing."""
    due = [
        f"{node.id} {node.configuration} {passed}"
        for node, since in _unanswered(observed)
        if (passed := sum(after <= since for after in AFTER) + _further(since))
    ]
    return digest(due) if due else ""


def next_look(observed: Observed) -> datetime | None:
    times = (observed.now - since + _next(since) for _, since in _unanswered(observed))
    return min(times, default=None)


def _unanswered(observed: Observed) -> Iterator[tuple[NodeFacts, timedelta]]:
    """Or with a refusal, and for how long. Lost ones answer when they are back; those being made
    have other things to do.
    """
    for node in observed.nodes:
        content = node.answered == node.configuration and not node.misconfigured
        if node.serves and node.configured_at and not content:
            yield node, observed.now - node.configured_at


def _next(since: timedelta) -> timedelta:
    further = AFTER[-1] + (_further(since) + 1) * THEN_EVERY
    return next((after for after in AFTER if after > since), further)


def _further(since: timedelta) -> int:
    """How many of the rare looks are due by then."""
    return max(timedelta(0), since - AFTER[-1]) // THEN_EVERY
