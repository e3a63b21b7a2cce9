"""Activities run by hand, one at a time: what a worker does, without its haste."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from temporalio.testing import ActivityEnvironment

from provisioner.store import nodes
from provisioner.store.tables import Node
from tests.workflow.site import Site
from tests.workflow.subject import Subject
from tests.workflow.waiting import until_async
from workflows.composition import Composition
from workflows.contracts import LookInput, NodeInput, TaskInput

SECONDS = 90


class Hands:
    def __init__(self, site: Site, composition: Composition) -> None:
        self._site, self.composition = site, composition
        self._activities = {one.__name__: one for one in composition.activities}

    async def plan(self, **wish: int) -> tuple[Subject, list[Node]]:
        """A resource whose nodes are on record, and nothing else."""
        await self.do("verify", self._site.vcenter_id)
        subject = Subject.create(self._site, poke=False, **wish)
        await self.look(subject)
        return subject, subject.nodes()

    async def look(self, subject: Subject) -> None:
        await self.do("look", LookInput(resource=subject.id, now=datetime.now(UTC)))

    async def create(self, node: Node) -> bool:
        """Whether its VM runs afterwards, as far as the row tells."""
        await self.do("create_machine", NodeInput(node=node.id))
        with self._site.database.read() as session:
            return nodes.get(session, node.id).powered_on_at is not None

    async def destroy(self, node: Node) -> None:
        await self.do("destroy_machine", NodeInput(node=node.id))

    async def run_task(self, subject: Subject, task: str) -> None:
        await self.do("run_task", TaskInput(resource=subject.id, task=task, key="1"))

    async def do(self, name: str, argument: object) -> Any:
        return await self._environment().run(self._activities[name], argument)

    def begin(self, name: str, argument: object) -> "Begun":
        environment = self._environment()
        running = asyncio.create_task(environment.run(self._activities[name], argument))
        return Begun(environment, running)

    def _environment(self) -> ActivityEnvironment:
        environment = ActivityEnvironment(client=self._site.client)
        environment.info = replace(
            environment.info, task_queue=self._site.queue, scheduled_time=datetime.now(UTC)
        )
        return environment


@dataclass(frozen=True)
class Begun:
    """An activity under way."""

    environment: ActivityEnvironment
    running: "asyncio.Task[Any]"

    async def until(self, is_so: Callable[[], bool]) -> None:
        async def so() -> bool:
            assert not self.running.done(), "it ended before"
            return await asyncio.to_thread(is_so)

        await until_async(so, SECONDS, lambda: "the activity goes on")

    def cancel(self) -> None:
        self.environment.cancel()

    async def has_ended(self) -> BaseException | None:
        """How: None is well."""
        await asyncio.wait([self.running])
        return asyncio.CancelledError() if self.running.cancelled() else self.running.exception()
