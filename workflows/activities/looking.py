"""One look at a resource: plan on record in one transaction, then start what has to run."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session
from temporalio import activity

from provisioner.domain.deadlines import Deadlines
from provisioner.domain.planning.plan import Plan
from provisioner.domain.planning.planner import plan
from provisioner.domain.planning.wishes import Observed, TaskState, TaskWish
from provisioner.domain.replacement import Replacement
from provisioner.store import nodes, observing, recording, resources
from provisioner.store.database import Database
from provisioner.store.errors import NotFound
from provisioner.store.tables import Resource
from workflows.contracts import (
    NODE_CREATE,
    NODE_REMOVE,
    RESOURCE_TASK,
    Look,
    LookInput,
    NodeInput,
    TaskInput,
    create_workflow,
    remove_workflow,
    task_workflow,
)
from workflows.heartbeats import heartbeats
from workflows.poking import start
from workflows.threads import Threads

_GATHER_SECONDS = 0.2
_STARTS_AT_ONCE = 16
_SOON = {"wake_in_seconds": 1.0}
# Recording a plan can make the next one possible at once: a failed node's next attempt.
_ROUNDS = 3


@dataclass
class Orders:
    """Which workflows must run now, and what to tell the resource's own.

    `overdue` are tasks that run for long, if they still do.
    """

    look: Look
    create: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    tasks: dict[str, TaskInput] = field(default_factory=dict)
    overdue: dict[str, TaskInput] = field(default_factory=dict)


class LookActivities:
    def __init__(
        self, database: Database, deadlines: Deadlines, limits: Replacement, threads: Threads
    ) -> None:
        self._database, self._threads = database, threads
        self._deadlines, self._limits = deadlines, limits

    @activity.defn
    async def look(self, given: LookInput) -> Look:
        async with heartbeats():
            if given.gather:
                await asyncio.sleep(_GATHER_SECONDS)
            orders = await self._threads.run(self._decide, given)
            complete = await _start(orders)
            if orders.create or orders.remove:
                await self._threads.run(self._note_started, [*orders.create, *orders.remove])
        return orders.look if complete else orders.look.model_copy(update=_SOON)

    def _decide(self, given: LookInput) -> Orders:
        with self._database.write() as session:
            try:
                resource = resources.lock(session, given.resource)
            except NotFound:
                return Orders(Look(gone=True))
            if resource.deleted_at is not None:
                return Orders(Look(gone=True))
            return self._planned(session, resource, given.now)

    def _planned(self, session: Session, resource: Resource, now: datetime) -> Orders:
        for _ in range(_ROUNDS):
            world = observing.load(session, resource, now)
            made = plan(world.desired, world.observed, self._deadlines, self._limits)
            recording.record(session, world, made, self._deadlines)
            session.flush()
            if not (made.create or made.remove or made.grant):
                break
        recording.report(session, world, made)
        return _orders(resource, world.observed, made)

    def _note_started(self, node_ids: list[str]) -> None:
        with self._database.write() as session:
            nodes.note_started(session, node_ids)


def _orders(resource: Resource, seen: Observed, made: Plan) -> Orders:
    wake = made.next_deadline - seen.now if made.next_deadline else None
    running = {task.name for task in seen.tasks if task.state is TaskState.RUNNING}

    def runs(wishes: Iterable[TaskWish]) -> dict[str, TaskInput]:
        return {
            task_workflow(resource.kind, resource.id, wish.name): TaskInput(
                resource=resource.id, task=wish.name, key=wish.key
            )
            for wish in wishes
        }

    return Orders(
        look=Look(
            wake_in_seconds=wake.total_seconds() if wake else None,
            settled=made.settled,
            gone=made.gone,
        ),
        create=made.start,
        remove=made.removing,
        tasks=runs(wish for wish in made.tasks if wish.name not in running),
        overdue=runs(wish for wish in made.tasks if wish.name in running),
    )


async def _start(orders: Orders) -> bool:
    """What runs already stays; what ran before and is wanted again runs again.

    False when a task's last run was still closing, so that it has to be started later.
    """
    limit = asyncio.Semaphore(_STARTS_AT_ONCE)

    async def one(name: str, argument: object, workflow_id: str, again: bool) -> bool:
        async with limit:
            return await start(name, argument, workflow_id, again=again)

    begun = await asyncio.gather(
        *(one(NODE_CREATE, NodeInput(node=n), create_workflow(n), False) for n in orders.create),
        *(one(NODE_REMOVE, NodeInput(node=n), remove_workflow(n), True) for n in orders.remove),
        *(one(RESOURCE_TASK, given, flow, True) for flow, given in orders.overdue.items()),
        *(one(RESOURCE_TASK, given, flow, True) for flow, given in orders.tasks.items()),
    )
    return all(begun[len(begun) - len(orders.tasks) :])
