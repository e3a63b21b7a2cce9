"""plan(desired, observed): the one place where it is decided what happens next."""

from datetime import datetime

from provisioner.domain.deadlines import Deadlines
from provisioner.domain.ids import NodeId
from provisioner.domain.nodes import NodeFacts, Phase
from provisioner.domain.planning import answers, tasks
from provisioner.domain.planning.core import Clock, Core
from provisioner.domain.planning.groups import missing, shortages, surplus
from provisioner.domain.planning.plan import Plan, Removal
from provisioner.domain.planning.quorum import Quorum
from provisioner.domain.planning.repairs import repairs
from provisioner.domain.planning.rolls import roll
from provisioner.domain.planning.wishes import Desired, GroupWish, Observed, TaskWish, When
from provisioner.domain.replacement import Replacement

_ASKED = (When.BEFORE_NODES, When.AFTER_CORE, When.WITH_MEMBERS, When.WITH_NODES)


def plan(desired: Desired, observed: Observed, deadlines: Deadlines, limits: Replacement) -> Plan:
    if desired.deleting:
        return _ending(desired, observed)
    core = Core.of(desired, observed)
    failed = _failures(observed, Clock(core, deadlines))
    seen = _with_failures(observed, failed)
    unwanted = (*_unknown_groups(desired, seen), *_surpluses(desired, seen))
    lost = repairs(desired, seen, frozenset(removal.node for removal in unwanted), limits)
    leaving = (*unwanted, *lost.removals)
    outdated = roll(desired, seen, frozenset(removal.node for removal in leaving), limits)
    leaving += outdated.removals
    after = _after(seen, leaving)
    kept = tuple(node for node in after.nodes if node.alive)
    due = _due_tasks(desired, seen, core.stands)
    create = tuple(n for wish in desired.groups for n in missing(wish, seen, desired.epoch))
    grant = _turns(desired, after) if core.stands else ()
    tickets = tasks.on_turn(desired, seen) if grant or _without_ticket(kept) else ()
    return Plan(
        create=create,
        start=_to_start(desired, kept, seen),
        remove=(*failed, *leaving),
        removing=_to_restart(seen),
        grant=grant,
        tasks=(*due, *tickets, *tasks.following(desired, seen, When.WITH_ANSWERS)),
        shortages=tuple(s for w in desired.groups for s in shortages(w, seen, desired.epoch)),
        held=(*lost.held, *outdated.held),
        next_deadline=_earliest(
            Clock(core, deadlines).next(kept), lost.wake_at, answers.next_look(seen)
        ),
        settled=not (create or leaving or failed or due) and _as_asked(desired, seen),
    )


def _ending(desired: Desired, observed: Observed) -> Plan:
    alive = [node for node in observed.nodes if node.alive]
    left = [node for node in observed.nodes if node.phase is not Phase.GONE]
    over = not left and tasks.done(desired, observed, When.AFTER_NODES)
    return Plan(
        remove=tuple(Removal(node=node.id, reason="deletion was asked for") for node in alive),
        removing=_to_restart(observed),
        tasks=() if left else tasks.due(desired, observed, When.AFTER_NODES),
        settled=over,
        gone=over,
    )


def _failures(observed: Observed, clock: Clock) -> tuple[Removal, ...]:
    found = []
    for node in observed.nodes:
        if node.phase is not Phase.CREATING:
            continue
        due = clock.due(node)
        if node.failure:
            found.append(Removal(node=node.id, reason=node.failure, failed=True))
        elif due and due <= observed.now:
            waited = int((observed.now - node.since).total_seconds())
            reason = f"still {node.step} after {waited} s"
            found.append(Removal(node=node.id, reason=reason, failed=True))
    return tuple(found)


def _with_failures(observed: Observed, failed: tuple[Removal, ...]) -> Observed:
    """What will be on record once `failed` is."""
    reasons = {removal.node: removal.reason for removal in failed}
    nodes = tuple(
        node.model_copy(update={"phase": Phase.REMOVING, "failure": reasons[node.id]})
        if node.id in reasons
        else node
        for node in observed.nodes
    )
    return observed.model_copy(update={"nodes": nodes})


def _unknown_groups(desired: Desired, seen: Observed) -> tuple[Removal, ...]:
    known = {wish.name for wish in desired.groups}
    return tuple(
        Removal(node=node.id, reason=f"{node.group} is removed", retire=node.serves)
        for node in seen.nodes
        if node.alive and node.group not in known
    )


def _surpluses(desired: Desired, seen: Observed) -> tuple[Removal, ...]:
    return tuple(removal for wish in desired.groups for removal in surplus(wish, seen))


def _after(seen: Observed, removals: tuple[Removal, ...]) -> Observed:
    """What will be on record once these leave."""
    going = {removal.node for removal in removals}
    nodes = tuple(
        node.model_copy(update={"phase": Phase.REMOVING}) if node.id in going else node
        for node in seen.nodes
    )
    return seen.model_copy(update={"nodes": nodes})


def _earliest(*times: datetime | None) -> datetime | None:
    return min((at for at in times if at), default=None)


def _due_tasks(desired: Desired, seen: Observed, stands: bool) -> tuple[TaskWish, ...]:
    before = tasks.due(desired, seen, When.BEFORE_NODES)
    always = (*before, *tasks.due(desired, seen, When.WITH_NODES))
    if not stands:
        return always
    after = tasks.due(desired, seen, When.AFTER_CORE)
    return (*always, *after, *tasks.following(desired, seen, When.WITH_MEMBERS))


def _to_start(desired: Desired, kept: tuple[NodeFacts, ...], seen: Observed) -> tuple[NodeId, ...]:
    if not tasks.done(desired, seen, When.BEFORE_NODES):
        return ()
    waiting = (node for node in kept if node.phase is Phase.CREATING)
    return tuple(n.id for n in waiting if tasks.overdue(n.work_started_at, seen.now))


def _to_restart(seen: Observed) -> tuple[NodeId, ...]:
    removing = (node for node in seen.nodes if node.phase is Phase.REMOVING)
    return tuple(n.id for n in removing if tasks.overdue(n.work_started_at, seen.now))


def _turns(desired: Desired, after: Observed) -> tuple[NodeId, ...]:
    """Nobody can join what has lost its quorum."""
    cores = [Quorum.of(wish, after) for wish in desired.groups if wish.core]
    if not all(core.holds for core in cores):
        return ()
    return tuple(node for wish in desired.groups for node in _turn(wish, after))


def _turn(wish: GroupWish, after: Observed) -> tuple[NodeId, ...]:
    creating = [node for node in after.of(wish.name) if node.phase is Phase.CREATING]
    joining = [node for node in creating if node.join_granted_at]
    asking = [(n.join_requested_at, n.id) for n in creating if not n.join_granted_at]
    waiting = [node for at, node in sorted((at, node) for at, node in asking if at)]
    if not wish.one_at_a_time:
        return tuple(waiting)
    # A member that leaves is a member until its VM is gone.
    leaving = wish.core and Quorum.of(wish, after).changing
    return () if joining or leaving else tuple(waiting[:1])


def _without_ticket(kept: tuple[NodeFacts, ...]) -> bool:
    creating = (node for node in kept if node.phase is Phase.CREATING)
    return any(node.join_granted_at and not node.join_token_at for node in creating)


def _has_answers(desired: Desired, seen: Observed) -> bool:
    """All that were told something have applied it, where anybody listens."""
    asked = any(wish.when is When.WITH_ANSWERS for wish in desired.tasks)
    lacking = (answers.awaited(node) or answers.refused(node) for node in seen.nodes)
    return not asked or not any(lacking)


def _as_asked(desired: Desired, seen: Observed) -> bool:
    if not tasks.done(desired, seen, *_ASKED) or not _has_answers(desired, seen):
        return False
    ready = {wish.name: sum(node.serves for node in seen.of(wish.name)) for wish in desired.groups}
    closed = all(node.phase in (Phase.READY, Phase.GONE) for node in seen.nodes)
    if any(node.alive and desired.outdates(node) for node in seen.nodes):
        return False
    return closed and all(ready[wish.name] == wish.size for wish in desired.groups)
