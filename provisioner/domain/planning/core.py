"""The core groups as the others see them: who may go on, and since when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from provisioner.domain.deadlines import Deadlines, deadline
from provisioner.domain.nodes import NodeFacts, Phase
from provisioner.domain.planning.wishes import Desired, Observed


@dataclass(frozen=True)
class Core:
    """`ready_at`: when the first member became ready, if one still is.

    Before, somebody has to lead: `led` says whether one does, `leaderless_since` when the last
    one that did was gone.
    """

    groups: frozenset[str]
    ready_at: datetime | None
    led: bool
    leaderless_since: datetime | None

    @classmethod
    def of(cls, desired: Desired, observed: Observed) -> Self:
        groups = frozenset(wish.name for wish in desired.groups if wish.core)
        members = [node for node in observed.nodes if node.group in groups]
        leaders = [node for node in members if node.leading_at]
        ready = (node.ready_at for node in members if node.phase is Phase.READY)
        gone = (node.gone_at for node in leaders)
        return cls(
            groups=groups,
            ready_at=min((at for at in ready if at), default=None),
            led=any(node.phase is not Phase.GONE for node in leaders),
            leaderless_since=max((at for at in gone if at), default=None),
        )

    @property
    def stands(self) -> bool:
        """Others may join. Where no group is the core, each member stands by itself."""
        return not self.groups or self.ready_at is not None

    def awaited_since(self, node: NodeFacts) -> datetime | None:
        """A member of the core may lead from its first contact on, others once one is ready.

        While somebody leads, the rest waits; that one has a deadline of its own.
        """
        if self.ready_at or node.group not in self.groups:
            return self.ready_at
        return None if self.led else self.leaderless_since or node.created_at


@dataclass(frozen=True)
class Clock:
    core: Core
    deadlines: Deadlines

    def due(self, node: NodeFacts) -> datetime | None:
        return deadline(node, self.deadlines, self.core.awaited_since(node))

    def next(self, nodes: Iterable[NodeFacts]) -> datetime | None:
        due = (self.due(node) for node in nodes)
        return min((at for at in due if at), default=None)
