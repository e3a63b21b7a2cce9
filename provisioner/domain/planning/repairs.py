"""Lost members: what helps them, and what holds that back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from provisioner.domain.counting import counted
from provisioner.domain.ids import NodeId
from provisioner.domain.nodes import Loss, NodeFacts, Phase
from provisioner.domain.planning.groups import exhausted, unanswered, unreplaced
from provisioner.domain.planning.plan import HeldBack, Removal
from provisioner.domain.planning.quorum import Quorum
from provisioner.domain.planning.wishes import Desired, GroupWish, Observed, Sight
from provisioner.domain.replacement import HOUR, Replacement


class Remedy(StrEnum):
    """Gentler ones, such as powering on and resetting, would come between these two."""

    WAIT = "wait"
    REPLACE = "replace"


def remedy(node: NodeFacts, now: datetime, limits: Replacement) -> Remedy:
    """What helps a member that can't serve, brakes aside."""
    if node.lost == Loss.GONE:
        return Remedy.REPLACE
    due = _patience_ends(node, limits)
    return Remedy.REPLACE if due and due <= now else Remedy.WAIT


@dataclass(frozen=True)
class Repairs:
    """`wake_at`: when more may be decided."""

    removals: tuple[Removal, ...] = ()
    held: tuple[HeldBack, ...] = ()
    wake_at: datetime | None = None


def repairs(
    desired: Desired, seen: Observed, going: frozenset[NodeId], limits: Replacement
) -> Repairs:
    """`going` leave anyway. At most one of each group is replaced, the longest lost one first."""
    chosen: list[NodeFacts] = []
    held: list[HeldBack] = []
    for wish in desired.groups:
        lost = _due(wish, seen, going, limits)
        hindrance = Case(wish, desired, seen, limits, _spent(seen) + len(chosen)).hindrance()
        if hindrance is None:
            chosen += lost[:1]
            lost, hindrance = lost[1:], _AFTER_ANOTHER
        held += [hindrance.of(node) for node in lost]
    removals = (Removal(node=n.id, reason=_reason(n, limits), repair=True) for n in chosen)
    return Repairs(tuple(removals), tuple(held), _wake_at(seen, limits))


@dataclass(frozen=True)
class _Hindrance:
    """`final`: somebody has to act."""

    reason: str
    final: bool = False

    def of(self, node: NodeFacts) -> HeldBack:
        return HeldBack(node=node.id, group=node.group, reason=self.reason, final=self.final)


_AFTER_ANOTHER = _Hindrance("another node of its group is being replaced")


@dataclass(frozen=True)
class Case:
    """A group with lost members. `spent`: how many replacements of the last hour count."""

    wish: GroupWish
    desired: Desired
    seen: Observed
    limits: Replacement
    spent: int

    def hindrance(self) -> _Hindrance | None:
        """The first brake that holds, the gravest first."""
        brakes: tuple[Callable[[], _Hindrance | None], ...] = (
            self._sick,
            self._quorum,
            self._unhealthy,
            self._one_at_a_time,
            self._hourly,
        )
        return next((found for brake in brakes if (found := brake())), None)

    def _sick(self) -> _Hindrance | None:
        blind = blindness(self.wish, self.seen, self.limits)
        return _Hindrance(blind) if blind else None

    def _quorum(self) -> _Hindrance | None:
        if not self.wish.core:
            return None
        voting = Quorum.of(self.wish, self.seen)
        if not voting.holds:
            return _Hindrance(_without_quorum(self.wish, voting), final=True)
        unsettled = [one for one in voting.voters if one.phase is not Phase.READY]
        if unsettled:
            names = ", ".join(one.name for one in unsettled)
            return _Hindrance(f"{self.wish.name} changes one by one, and {names} is not done yet")
        return None

    def _unhealthy(self) -> _Hindrance | None:
        members = [node for node in self.seen.nodes if node.phase is Phase.READY]
        own = [node for node in members if node.group == self.wish.name]
        for name, among in ((self.wish.name, own), ("the whole", members)):
            lost = sum(node.missed for node in among)
            if self.limits.too_many(lost, len(among)):
                return _Hindrance(
                    f"{lost} of {len(among)} members of {name} are lost, more than "
                    f"{self.limits.unhealthy} %: look for the common cause; bring VMs back, or "
                    "replace nodes by name",
                    final=True,
                )
        return None

    def _one_at_a_time(self) -> _Hindrance | None:
        group = self.wish.name
        for node in self.seen.of(group):
            replacing = node.phase is Phase.CREATING and node.replaces
            if replacing or (node.phase is Phase.REMOVING and node.repaired_at):
                return _AFTER_ANOTHER
        epoch = self.desired.epoch
        if exhausted(self.wish, self.seen, epoch):
            return _Hindrance("the last new node of its group could not be made", final=True)
        alive = sum(node.alive for node in self.seen.of(group))
        pending = unreplaced(group, self.seen) or unanswered(group, self.seen, epoch)
        if alive < self.wish.size and pending:
            return _Hindrance("another one of its group has no successor yet")
        return None

    def _hourly(self) -> _Hindrance | None:
        total = sum(wish.size for wish in self.desired.groups)
        allowed = self.limits.within_an_hour(total)
        if self.spent < allowed:
            return None
        return _Hindrance(f"no more than {counted(allowed, 'node')} may be replaced within an hour")


def blindness(wish: GroupWish, seen: Observed, limits: Replacement) -> str | None:
    """Why what is known of the group's VMs is nothing to act upon; None: it is."""
    sight = seen.sights.get(wish.name, Sight())
    if sight.sick:
        return sight.sick
    silence = timedelta(seconds=limits.silence)
    if sight.watched_at is None or sight.watched_at + silence < seen.now:
        return f"the vCenter gave no sign of life for {limits.silence} s"
    return None


def _due(
    wish: GroupWish, seen: Observed, going: frozenset[NodeId], limits: Replacement
) -> list[NodeFacts]:
    lost = (node for node in seen.of(wish.name) if node.missed and node.id not in going)
    due = (node for node in lost if remedy(node, seen.now, limits) is Remedy.REPLACE)
    return sorted(due, key=lambda node: (node.lost_at or node.created_at, node.id))


def _patience_ends(node: NodeFacts, limits: Replacement) -> datetime | None:
    if node.lost != Loss.OFF or node.lost_at is None:
        return None
    return node.lost_at + timedelta(seconds=limits.off)


def _reason(node: NodeFacts, limits: Replacement) -> str:
    since = f" for {limits.off} s" if node.lost == Loss.OFF else ""
    return f"{node.lost}{since}; it is replaced"


def _without_quorum(wish: GroupWish, voting: Quorum) -> str:
    if len(voting.members) == 1:
        return (
            f"it is the only member of {wish.name}, so what it held is on its own disk: power its "
            "VM on or restore it from a backup; if it is lost for good, delete the whole and "
            "create it anew"
        )
    return (
        f"{voting.serving} of {len(voting.members)} members of {wish.name} serve and "
        f"{voting.needed} must, so none can be replaced: power VMs on or restore them from backups"
    )


def _spent(seen: Observed) -> int:
    return sum(1 for _ in _recent(seen))


def _recent(seen: Observed) -> Iterator[datetime]:
    times = (node.repaired_at for node in seen.nodes)
    return (at for at in times if at and at > seen.now - HOUR)


def _wake_at(seen: Observed, limits: Replacement) -> datetime | None:
    """When a VM has been off for long enough, or the hour of the oldest replacement is over."""
    lost = [node for node in seen.nodes if node.missed]
    times = [at for node in lost if (at := _patience_ends(node, limits)) and at > seen.now]
    if lost:
        times += [at + HOUR for at in _recent(seen)]
    return min(times, default=None)
