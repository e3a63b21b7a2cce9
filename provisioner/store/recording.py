"""Puts a plan on record: rows before effects, and for users what is going on and why."""

from sqlalchemy.orm import Session

from provisioner.domain.conditions import Status, conditions, losses, status, stuck
from provisioner.domain.deadlines import Deadlines
from provisioner.domain.nodes import Phase
from provisioner.domain.planning.plan import Plan, Removal
from provisioner.domain.progress import steps
from provisioner.store import care, events, nodes, operations
from provisioner.store.identities import Issuer
from provisioner.store.observing import World
from provisioner.store.tables import Node
from provisioner.store.types import utc_now

REASON_CHARACTERS = 200


def record(session: Session, world: World, plan: Plan, deadlines: Deadlines) -> None:
    """The resource must be locked. What must run afterwards is found in the rows."""
    issuer = Issuer(session, world, deadlines)
    for new in plan.create:
        if node := issuer.issue(new):
            _note_new(session, world, node)
    for removal in plan.remove:
        _begin_removal(session, world, removal)
    _hold_back(session, world, plan)
    for node_id in plan.grant:
        nodes.stamp(nodes.get(session, node_id), "join_granted_at", world.observed.now)


def _note_new(session: Session, world: World, node: Node) -> None:
    attempt = f", attempt {node.attempt}" if node.attempt > 1 else ""
    message = f"{node.name} in {node.group}{attempt}"
    events.record(session, world.resource, "NodePlanned", message, node=node)


def _begin_removal(session: Session, world: World, removal: Removal) -> None:
    node = nodes.get(session, removal.node)
    nodes.begin_removal(node, removal.reason, retire=removal.retire, failed=removal.failed)
    if removal.repair:
        node.repaired_at = world.observed.now
    # What a node reports itself is in the history since then.
    news = removal.failed and not events.tells(session, node, events.FAILED)
    reason = events.FAILED if news else "NodeRemovalPlanned"
    message = f"{node.name}: {removal.reason}"
    events.record(session, world.resource, reason, message, node=node, warning=removal.failed)


def _hold_back(session: Session, world: World, plan: Plan) -> None:
    """A reason is told once, when it is news."""
    reasons = {one.node: one.reason for one in plan.held}
    for known in world.observed.nodes:
        reason = reasons.get(known.id)
        if reason == known.held_back:
            continue
        node = nodes.get(session, known.id)
        node.held_back = reason
        if reason:
            message = f"{node.name} is not replaced: {reason}"
            events.record(
                session, world.resource, "ReplacementHeldBack", message, node=node, warning=True
            )


def report(session: Session, world: World, plan: Plan) -> None:
    """Status, conditions and the operation's progress, as the rows now stand."""
    resource, desired, observed = world.resource, world.desired, world.observed
    _establish(session, world)
    found = status(desired, observed, plan)
    if found != resource.status:
        why = stuck(desired, observed, plan) or losses(observed)
        message = f"{resource.status} -> {found}{_in_short(why)}"
        bad = found in (Status.FAILED, Status.DEGRADED)
        events.record(session, resource, "StatusChanged", message, warning=bad)
        resource.status = found
        if found is Status.RUNNING:
            care.soon(resource, observed.now)
    now_true = [one.model_dump() for one in conditions(desired, observed, plan)]
    if now_true != resource.conditions:
        resource.conditions = now_true
    if plan.settled:
        resource.observed_generation = desired.generation
    _progress(session, world, plan)
    if plan.gone:
        resource.deleted_at = utc_now()


def _in_short(reason: str | None) -> str:
    """Its first line: conditions and the nodes' own events hold it in full."""
    return f": {reason.splitlines()[0][:REASON_CHARACTERS]}" if reason else ""


def _establish(session: Session, world: World) -> None:
    """From the first time on that the core is complete, losing members degrades, no more fails."""
    carrying = world.desired.carrying
    if world.resource.established or not carrying:
        return
    if all(_ready(world, wish.name) >= wish.size for wish in carrying):
        world.resource.established = True
        message = "the core is complete" if carrying[0].core else "all members are ready"
        events.record(session, world.resource, "Established", message)


def _ready(world: World, group: str) -> int:
    return sum(node.phase is Phase.READY for node in world.observed.of(group))


def _progress(session: Session, world: World, plan: Plan) -> None:
    operation = operations.running(session, world.resource.id)
    if operation is None:
        return
    before = operations.steps_of(operation)
    found = steps(world.desired, world.observed, before)
    if found != before:
        operations.report(operation, found)
    if plan.settled:
        operations.finish(operation, "succeeded")
    elif (reason := stuck(world.desired, world.observed, plan)) and _at_rest(world):
        operations.finish(operation, "failed", reason)


def _at_rest(world: World) -> bool:
    """Nothing that is under way could still end well."""
    moving = (Phase.CREATING, Phase.REMOVING)
    hopeless = world.resource.status == Status.FAILED
    return hopeless or not any(node.phase in moving for node in world.observed.nodes)
