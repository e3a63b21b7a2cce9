"""Members that only a new VM can bring up to date: one by one, and only while all serve."""

from collections.abc import Iterator
from dataclasses import dataclass

from provisioner.domain.ids import NodeId
from provisioner.domain.nodes import NodeFacts, Phase
from provisioner.domain.planning.plan import HeldBack, Removal
from provisioner.domain.planning.quorum import Quorum
from provisioner.domain.planning.repairs import blindness
from provisioner.domain.planning.wishes import Desired, GroupWish, Observed
from provisioner.domain.replacement import Replacement

_REASON = "it is made anew: what only a new VM can get has changed"


@dataclass(frozen=True)
class Roll:
    removals: tuple[Removal, ...] = ()
    held: tuple[HeldBack, ...] = ()


def roll(desired: Desired, seen: Observed, going: frozenset[NodeId], limits: Replacement) -> Roll:
    """`going` leave anyway. Nobody waits for those that serve nobody yet."""
    outdated = [(wish, node) for wish, node in _outdated(desired, seen) if node.id not in going]
    unfinished = tuple(_removal(node) for _, node in outdated if _is_unfinished(node))
    if unfinished or going or not _all_serve(desired, seen):
        return Roll(unfinished)
    held: list[HeldBack] = []
    for wish, node in outdated:
        hindrance = _hindrance(wish, node, seen, limits)
        if hindrance is None:
            return Roll((_removal(node),), tuple(held))
        held.append(hindrance)
    return Roll(held=tuple(held))


def _outdated(desired: Desired, seen: Observed) -> Iterator[tuple[GroupWish, NodeFacts]]:
    """Groups in their order, the oldest of each first."""
    for wish in desired.groups:
        for node in sorted(seen.of(wish.name), key=lambda node: (node.created_at, node.id)):
            if node.alive and wish.outdates(node):
                yield wish, node


def _is_unfinished(node: NodeFacts) -> bool:
    """Who leads or has been let in may count among the core already: it is let finish."""
    begun = node.leading_at or node.join_granted_at
    return node.phase is Phase.CREATING and not begun


def _all_serve(desired: Desired, seen: Observed) -> bool:
    present = [node for node in seen.nodes if node.phase is not Phase.GONE]
    serving = {wish.name: sum(n.serves for n in seen.of(wish.name)) for wish in desired.groups}
    whole = all(serving[wish.name] == wish.size for wish in desired.groups)
    return whole and all(node.serves for node in present)


def _hindrance(
    wish: GroupWish, node: NodeFacts, seen: Observed, limits: Replacement
) -> HeldBack | None:
    """Its successor could not be made, or the others could not do without it."""
    if blind := blindness(wish, seen, limits):
        return HeldBack(node=node.id, group=wish.name, reason=blind)
    room = seen.rooms.get(wish.name)
    if room and room.nowhere:
        return HeldBack(node=node.id, group=wish.name, reason=room.reason, final=True)
    if wish.core and not Quorum.of(wish, seen).spares(node):
        alone = f"it is the only member of {wish.name}, and what it holds would be lost"
        return HeldBack(node=node.id, group=wish.name, reason=alone, final=True)
    return None


def _removal(node: NodeFacts) -> Removal:
    return Removal(node=node.id, reason=_REASON, retire=node.serves)
