"""A resource's status in one word, and its conditions with reasons."""

from enum import StrEnum

from provisioner.domain.nodes import Loss, Phase
from provisioner.domain.planning import answers, tasks
from provisioner.domain.planning.plan import Plan
from provisioner.domain.planning.wishes import (
    Desired,
    GroupWish,
    Observed,
    TaskState,
    TaskWish,
    When,
)
from provisioner.domain.virtual_machines import Fact

# When tasks are due that are not begun again soon after they failed.
_FINAL = (When.BEFORE_NODES, When.WITH_NODES, When.AFTER_CORE, When.AFTER_NODES)


class Status(StrEnum):
    CREATING = "CREATING"
    RUNNING = "RUNNING"
    UPDATING = "UPDATING"
    DEGRADED = "DEGRADED"
    FAILED = "FAILED"
    DELETING = "DELETING"
    DELETED = "DELETED"


class Condition(Fact):
    """`status` is True, False or Unknown, as in Kubernetes."""

    type: str
    status: str
    reason: str = ""
    message: str = ""


def status(desired: Desired, observed: Observed, plan: Plan) -> Status:
    if plan.gone:
        return Status.DELETED
    if desired.deleting:
        return Status.DELETING
    if plan.settled:
        return Status.RUNNING
    if _core_lost(desired, observed, plan):
        return Status.FAILED
    if stuck(desired, observed, plan) or losses(observed):
        return Status.DEGRADED
    return Status.UPDATING if observed.served else Status.CREATING


def stuck(desired: Desired, observed: Observed, plan: Plan) -> str | None:
    """Why this generation can't be reached without somebody acting; None while it still may."""
    failed = tasks.failed(desired, observed, *_FINAL)
    reasons = [f"{task.name}: {task.reason}" for task in failed]
    reasons += [f"{short.group}: {short.reason}" for short in plan.shortages if short.final]
    held = {one.node: one.reason for one in plan.held if one.final}
    reasons += [
        f"{node.name}: {node.lost or 'it is to be made anew'}{_held(held.get(node.id))}"
        for node in observed.nodes
        if node.id in held or (node.missed and node.lost == Loss.OUT_OF_SIGHT)
    ]
    reasons += _refusals(desired, observed)
    return "; ".join(reasons) or None


def _refusals(desired: Desired, observed: Observed) -> list[str]:
    """Of what is wanted at present: before all were told of it, they answered something else."""
    if not tasks.done(desired, observed, When.WITH_MEMBERS):
        return []
    refusing = (node for node in observed.nodes if answers.refused(node))
    return [f"{node.name}: {node.misconfigured}" for node in refusing]


def losses(observed: Observed) -> str | None:
    """Members that can't serve at present."""
    lost = (f"{node.name}: {node.lost}" for node in observed.nodes if node.missed)
    return "; ".join(lost) or None


def _held(reason: str | None) -> str:
    return f" (its replacement is held back: {reason})" if reason else ""


def _core_lost(desired: Desired, observed: Observed, plan: Plan) -> bool:
    if tasks.failed(desired, observed, When.BEFORE_NODES):
        return True
    core = {wish.name for wish in desired.carrying}
    short = any(shortage.final and shortage.group in core for shortage in plan.shortages)
    return short and not observed.established


def conditions(desired: Desired, observed: Observed, plan: Plan) -> tuple[Condition, ...]:
    found = [_group(wish, observed, plan) for wish in desired.groups]
    shown = (wish for wish in desired.tasks if _shown(wish.when))
    found += [_task(tasks.keyed(wish, desired, observed), observed) for wish in shown]
    found += _configured(observed)
    reason = stuck(desired, observed, plan) or ""
    asked = Condition(
        type="AsAsked",
        status="True" if plan.settled else "False",
        reason="Settled" if plan.settled else "Stuck" if reason else "Working",
        message=reason,
    )
    return (asked, *found)


def _configured(observed: Observed) -> list[Condition]:
    """Only of nodes that were told something after their first boot."""
    told = [node for node in observed.nodes if node.alive and node.configured_at]
    if not told:
        return []
    wrong = [f"{node.name}: {node.misconfigured}" for node in told if node.misconfigured]
    late = [node.name for node in told if not node.misconfigured and answers.awaited(node)]
    lacks = [*wrong, *(f"{name} has not taken its latest configuration yet" for name in late)]
    return [
        Condition(
            type="NodesConfigured",
            status="False" if lacks else "True",
            reason="NotApplied" if wrong else "Waiting" if late else "AllApplied",
            message="; ".join(lacks),
        )
    ]


def _shown(when: When) -> bool:
    return when in (When.BEFORE_NODES, When.AFTER_CORE, When.WITH_MEMBERS, When.WITH_NODES)


def _group(wish: GroupWish, observed: Observed, plan: Plan) -> Condition:
    nodes = observed.of(wish.name)
    ready = sum(node.serves for node in nodes)
    name = f"GroupReady/{wish.name}"
    outdated = [node for node in nodes if node.alive and wish.outdates(node)]
    settled = not outdated and not any(node.phase is Phase.CREATING for node in nodes)
    if ready == wish.size and settled:
        return Condition(type=name, status="True", reason="AllReady", message=f"{ready} ready")
    short = [one for one in plan.shortages if one.group == wish.name]
    lacks = [f"{one.missing} missing: {one.reason}" for one in short]
    held = {one.node: one.reason for one in plan.held}
    lacks += [f"{n.name}: {n.lost}{_held(held.get(n.id))}" for n in nodes if n.missed]
    lacks += [f"{n.name} is to be made anew{_held(held.get(n.id))}" for n in outdated]
    return Condition(
        type=name,
        status="False",
        reason="Short" if short else "HeldBack" if _holds(plan, wish) else "Working",
        message="; ".join([f"{ready} of {wish.size} ready", *lacks]),
    )


def _holds(plan: Plan, wish: GroupWish) -> bool:
    return any(one.group == wish.name for one in plan.held)


def _task(wish: TaskWish, observed: Observed) -> Condition:
    facts = next((task for task in observed.tasks if task.name == wish.name), None)
    if facts is None or facts.key != wish.key:
        return Condition(type=f"TaskDone/{wish.name}", status="False", reason="Waiting")
    return Condition(
        type=f"TaskDone/{wish.name}",
        status="True" if facts.state is TaskState.DONE else "False",
        reason=str(facts.state).title(),
        message=facts.reason or "",
    )
