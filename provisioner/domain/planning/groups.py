"""How one group comes to its size: who is made, who goes, and what stands in the way."""

from provisioner.domain.nodes import NodeFacts, Phase
from provisioner.domain.planning.plan import NewNode, Removal, Shortage
from provisioner.domain.planning.quorum import Quorum
from provisioner.domain.planning.wishes import MAX_ATTEMPTS, GroupWish, Observed


def surplus(wish: GroupWish, observed: Observed) -> tuple[Removal, ...]:
    """Chosen nodes go first, then lost ones, those in creation, and the youngest.

    Who led the core stays longest: it is likely to carry the others' address.
    """
    alive = [node for node in observed.of(wish.name) if node.alive]
    count = max(len(alive) - wish.size, sum(node.chosen for node in alive))
    order = sorted(alive, key=_first_to_go)
    doomed = order[:count]
    if wish.core:
        doomed = _one_by_one(Quorum.of(wish, observed), doomed)
    return tuple(_removal(wish, node) for node in doomed)


def _first_to_go(node: NodeFacts) -> tuple[bool, bool, bool, bool, float, str]:
    return (
        not node.chosen,
        not node.missed,
        node.phase is Phase.READY,
        node.leading_at is not None,
        -node.created_at.timestamp(),
        node.id,
    )


def _removal(wish: GroupWish, node: NodeFacts) -> Removal:
    return Removal(
        node=node.id,
        reason="chosen by the user"
        if node.chosen
        else f"the wanted size of {wish.name} is {wish.size}",
        retire=node.serves,
    )


def _one_by_one(voting: Quorum, doomed: list[NodeFacts]) -> list[NodeFacts]:
    """One voting member at a time, and only if those that stay are a quorum of the smaller group.

    A member on its way out still votes until its VM is gone, so nobody follows it before.
    """
    unfinished = [node for node in doomed if node.phase is not Phase.READY]
    if voting.changing or any(node.join_granted_at for node in unfinished):
        return unfinished
    members = [node for node in doomed if node.phase is Phase.READY and voting.spares(node)]
    return unfinished + members[:1]


def missing(wish: GroupWish, observed: Observed, epoch: int) -> tuple[NewNode, ...]:
    """Failed attempts are answered by the next one, but for last ones; the rest is fresh."""
    count = _wanted(wish, observed, epoch)
    failed = [n for n in unanswered(wish.name, observed, epoch) if not _is_last(n)]
    found = [NewNode(group=wish.name, attempt=n.attempt + 1, replaces=n.id) for n in failed]
    found += [NewNode(group=wish.name, replaces=n.id) for n in unreplaced(wish.name, observed)]
    found += [NewNode(group=wish.name)] * (count - len(found))
    room = observed.rooms.get(wish.name)
    return tuple(found[: min(count, max(0, room.free)) if room else count])


def shortages(wish: GroupWish, observed: Observed, epoch: int) -> tuple[Shortage, ...]:
    found = []
    lost = exhausted(wish, observed, epoch)
    if lost:
        reason = _told(lost[-1])
        found.append(Shortage(group=wish.name, missing=len(lost), reason=reason, final=True))
    wanted, room = _wanted(wish, observed, epoch), observed.rooms.get(wish.name)
    if room and room.free < wanted:
        freeing = any(node.phase is Phase.REMOVING for node in observed.of(wish.name))
        short = wanted - room.free
        found.append(
            Shortage(group=wish.name, missing=short, reason=room.reason, final=not freeing)
        )
    return tuple(found)


def _wanted(wish: GroupWish, observed: Observed, epoch: int) -> int:
    alive = sum(node.alive for node in observed.of(wish.name))
    return max(0, wish.size - alive - len(exhausted(wish, observed, epoch)))


def exhausted(wish: GroupWish, observed: Observed, epoch: int) -> list[NodeFacts]:
    """Last attempts that failed, at most as many as the group lacks."""
    alive = sum(node.alive for node in observed.of(wish.name))
    failed = [n for n in unanswered(wish.name, observed, epoch) if _is_last(n)]
    return failed[: max(0, wish.size - alive)]


def _is_last(failed: NodeFacts) -> bool:
    return failed.hopeless or failed.attempt >= MAX_ATTEMPTS


def _told(failed: NodeFacts) -> str:
    failure = failed.failure or "unknown"
    if failed.hopeless:
        return f"{failed.name} failed, as any other attempt would: {failure}"
    return f"{MAX_ATTEMPTS} attempts failed, the last one ({failed.name}): {failure}"


def unanswered(group: str, observed: Observed, epoch: int) -> list[NodeFacts]:
    """Failures of this epoch that no later attempt has answered yet, in a fixed order."""
    failed = [
        node
        for node in observed.of(group)
        if node.failure and not node.alive and not node.replaced and node.epoch == epoch
    ]
    return sorted(failed, key=lambda node: (node.attempt, node.created_at, node.id))


def unreplaced(group: str, observed: Observed) -> list[NodeFacts]:
    """Given up for a replacement that was not made yet."""
    return [
        node
        for node in observed.of(group)
        if node.repaired_at and not node.alive and not node.replaced
    ]
