"""How far an operation is: steps, their times, and one percentage."""

from collections.abc import Mapping
from datetime import datetime

from provisioner.domain.nodes import NodeFacts, Phase, Step
from provisioner.domain.planning import answers, tasks
from provisioner.domain.planning.wishes import (
    Desired,
    GroupWish,
    Observed,
    TaskState,
    TaskWish,
    When,
)
from provisioner.domain.virtual_machines import Fact

MACHINES = "machines"
_SHARE = {
    Step.WAITING: 0,
    Step.CLONING: 10,
    Step.ADDRESS: 40,
    Step.BOOTING: 55,
    Step.CERTIFIED: 65,
    Step.QUEUED: 70,
    Step.BOOTSTRAPPING: 80,
    Step.ADMISSION: 95,
    Step.DONE: 100,
}


class OperationStep(Fact):
    name: str
    state: str = "waiting"
    percent: int = 0
    detail: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None


def steps(
    desired: Desired, observed: Observed, before: tuple[OperationStep, ...]
) -> tuple[OperationStep, ...]:
    """The steps as they stand; times already noted in `before` are kept."""
    known = {step.name: step for step in before}
    if desired.deleting:
        emptied = bool(observed.nodes) or MACHINES in known
        found = [_emptying(MACHINES, observed.nodes, known.get(MACHINES))] if emptied else []
    else:
        found = _tasks(desired, observed, When.BEFORE_NODES)
        found += [_filling(wish, observed) for wish in desired.groups]
        found += _leaving(desired, observed, known)
        found += _configuring(desired, observed)
        found += _tasks(desired, observed, When.AFTER_CORE)
    found += _tasks(desired, observed, When.AFTER_NODES)
    return tuple(_timed(step, known.get(step.name), observed.now) for step in found)


def percent(found: tuple[OperationStep, ...]) -> int:
    """The mean of the steps, rounded down: 100 only when everything is done."""
    return sum(step.percent for step in found) // len(found) if found else 0


def _task(wish: TaskWish, observed: Observed) -> OperationStep:
    facts = next((task for task in observed.tasks if task.name == wish.name), None)
    if facts is None or facts.key != wish.key:
        return OperationStep(name=wish.name)
    done = facts.state is TaskState.DONE
    return OperationStep(
        name=wish.name,
        state=facts.state,
        percent=100 if done else 0,
        detail=facts.reason or "",
        started_at=facts.started_at,
        finished_at=facts.finished_at if done else None,
    )


def _filling(wish: GroupWish, observed: Observed) -> OperationStep:
    name, size = wish.name, wish.size
    nodes = [node for node in observed.of(name) if node.phase is not Phase.GONE]
    fresh = [node for node in nodes if not wish.outdates(node)]
    ready = sum(node.phase is Phase.READY for node in fresh)
    done = ready == size and len(nodes) == size
    whole = 100 if done else min(99, sum(map(_share, fresh)) // max(size, len(nodes), 1))
    state = "done" if done else "running" if nodes else "waiting"
    wanted = f"{ready} of {size} nodes ready" if ready <= size else f"{ready} ready, {size} wanted"
    return OperationStep(name=name, state=state, percent=whole, detail=wanted)


def _configuring(desired: Desired, observed: Observed) -> list[OperationStep]:
    """Members that run with what they are told; those being made get it with their VM."""
    names = (wish.name for wish in desired.tasks if wish.when is When.WITH_ANSWERS)
    size = sum(wish.size for wish in desired.carrying)
    nodes = [node for wish in desired.carrying for node in observed.of(wish.name) if node.serves]
    content = sum(not (answers.awaited(node) or answers.refused(node)) for node in nodes)
    done = content == len(nodes) == size and tasks.done(desired, observed, When.WITH_MEMBERS)
    state = "done" if done else "running" if nodes else "waiting"
    share = 100 if done else min(99, 100 * content // max(size, len(nodes), 1))
    detail = f"{content} of {size} nodes have applied it"
    return [OperationStep(name=name, state=state, percent=share, detail=detail) for name in names]


def _share(node: NodeFacts) -> int:
    return _SHARE[node.step] if node.alive else 0


def _leaving(
    desired: Desired, observed: Observed, known: Mapping[str, OperationStep]
) -> list[OperationStep]:
    """Groups that are not wanted any more, until all their nodes are gone and then still shown."""
    wanted = {wish.name for wish in desired.groups} | {wish.name for wish in desired.tasks}
    present = {node.group for node in observed.nodes if node.phase is not Phase.GONE}
    return [
        _emptying(name, observed.of(name), known.get(name))
        for name in sorted((present | set(known)) - wanted)
    ]


def _emptying(
    name: str, nodes: tuple[NodeFacts, ...], before: OperationStep | None
) -> OperationStep:
    left = sum(node.phase is not Phase.GONE for node in nodes)
    most = max(left, int(before.detail.rsplit(" of ", 1)[-1]) if before else 0)
    gone = 100 if not left else 100 * (most - left) // most
    state = "running" if left else "done"
    return OperationStep(
        name=name, state=state, percent=gone, detail=f"removed {most - left} of {most}"
    )


def _tasks(desired: Desired, observed: Observed, when: When) -> list[OperationStep]:
    return [_task(wish, observed) for wish in desired.tasks if wish.when is when]


def _timed(step: OperationStep, before: OperationStep | None, now: datetime) -> OperationStep:
    """Of tasks by their own clock: what is quick would be over before anybody looks."""
    begun = before.started_at if before else None
    ended = before.finished_at if before and step.state == "done" else None
    if step.state != "waiting":
        begun = begun or step.started_at or now
    if step.state == "done":
        ended = ended or step.finished_at or now
    return step.model_copy(update={"started_at": begun, "finished_at": ended})
