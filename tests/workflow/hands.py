"""Activities run by hand, one at a time: what a worker does, without its haste."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from temporalio.testing import ActivityEnvironment

from provisioner.store.tables import Node
from tests.workflow.site import Site
from tests.workflow.subject import Subject
from workflows.composition import Composition
from workflows.contracts import LookInput, NodeInput, TaskInput


class Hands:
    def __init__(self, site: Site, composition: Composition) -> None:
        self._site = site
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
        made: bool = await self.do("create_machine", NodeInput(node=node.id))
        return made

    async def destroy(self, node: Node) -> None:
        await self.do("destroy_machine", NodeInput(node=node.id))

    async def run_task(self, subject: Subject, task: str) -> None:
        await self.do("run_task", TaskInput(resource=subject.id, task=task, key="1"))

    async def do(self, name: str, argument: object) -> Any:
        return await self._environment().run(self._activities[name], argument)

    async def cancel_when(self, is_so: Callable[[], bool], name: str, argument: object) -> None:
        """Cancels the activity once it is so, and waits until it has ended."""
        environment = self._environment()
        running = asyncio.create_task(environment.run(self._activities[name], argument))
        while not is_so() and not running.done():
            await asyncio.sleep(0.01)
        environment.cancel()
        await asyncio.wait([running])
        assert running.cancelled() or running.exception() is not None

    def _environment(self) -> ActivityEnvironment:
        environment = ActivityEnvironment(client=self._site.client)
        environment.info = replace(environment.info, task_queue=self._site.queue)
        return environment
