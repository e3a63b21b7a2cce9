"""When to look whether nodes have taken what their VMs carry for them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from provisioner.domain.nodes import NodeFacts
from provisioner.domain.planning.digests import digest
from provisioner.domain.planning.wishes import Observed

# A node looks every ten seconds. Who has not answered at the last of these is not asked again.
AFTER = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))


def key(observed: Observed) -> str:
    """Changes whenever there is something to look for; empty while there is nothing."""
    due = [
        f"{node.id} {node.configuration} {passed}"
        for node in _unanswered(observed)
        if (passed := sum(at <= observed.now for at in _looks(node)))
    ]
    return digest(due) if due else ""


def next_look(observed: Observed) -> datetime | None:
    times = (at for node in _unanswered(observed) for at in _looks(node))
    return min((at for at in times if at > observed.now), default=None)


def _unanswered(observed: Observed) -> Iterator[NodeFacts]:
    """Lost ones answer when they are back; those being made have other things to do."""
    return (
        node
        for node in observed.nodes
        if node.serves and node.configured_at and node.answered != node.configuration
    )


def _looks(node: NodeFacts) -> list[datetime]:
    return [node.configured_at + after for after in AFTER] if node.configured_at else []
