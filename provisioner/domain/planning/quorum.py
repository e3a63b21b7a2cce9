"""Who decides in a core group, and whether enough of them are left to."""

from dataclasses import dataclass
from typing import Self

from provisioner.domain.nodes import NodeFacts, Phase
from provisioner.domain.planning.wishes import GroupWish, Observed


def quorum(members: int) -> int:
    """How many of `members` must stay for the group to go on deciding (etcd's majority)."""
    return members // 2 + 1


@dataclass(frozen=True)
class Quorum:
    """`voters`: members, and whoever may be one: on its way in, or out until its VM is gone."""

    voters: tuple[NodeFacts, ...]
    majority: bool

    @classmethod
    def of(cls, wish: GroupWish, observed: Observed) -> Self:
        present = (n for n in observed.of(wish.name) if n.phase is not Phase.GONE)
        return cls(tuple(node for node in present if _may_vote(node)), wish.voting)

    @property
    def members(self) -> tuple[NodeFacts, ...]:
        """Those that became ready."""
        return tuple(node for node in self.voters if node.ready_at)

    @property
    def serving(self) -> int:
        return sum(node.serves for node in self.voters)

    @property
    def needed(self) -> int:
        return self._needed(len(self.members))

    @property
    def holds(self) -> bool:
        return self.serving >= self.needed

    @property
    def changing(self) -> bool:
        """Somebody who may vote is on the way out: another change waits until it is gone."""
        return any(node.phase is Phase.REMOVING for node in self.voters)

    def spares(self, node: NodeFacts) -> bool:
        """Whether the others can let that member go, and go on without it."""
        left = self.serving - node.serves
        return self.holds and left >= self._needed(len(self.voters) - 1)

    def _needed(self, members: int) -> int:
        return quorum(members) if self.majority else 1


def _may_vote(node: NodeFacts) -> bool:
    return bool(node.ready_at or node.join_granted_at)
