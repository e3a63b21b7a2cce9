"""A resource under test: what users ask of it, and how it stands."""

import asyncio
from collections.abc import Callable
from typing import Any

from temporalio.client import WorkflowHandle

from provisioner.domain.nodes import Phase
from provisioner.store import events, nodes, operations, resources, tasks
from provisioner.store.tables import Event, Lease, Node, Operation, Resource
from provisioner.store.tables import Node as NodeRow
from tests.workflow.guests import Guests
from tests.workflow.inspector import Machine
from tests.workflow.plain_document import CORE, PLAIN, document
from tests.workflow.site import Site
from tests.workflow.waiting import until_async
from workflows.contracts import resource_workflow

USER = "tester"
SECONDS = 90


class Subject:
    def __init__(self, site: Site, resource_id: str, kind: str) -> None:
        self.site, self.id, self.kind = site, resource_id, kind
        self.guests = Guests(site, resource_id, kind)

    @classmethod
    def create(
        cls,
        site: Site,
        *,
        core: int = 1,
        poke: bool = True,
        kind: str = PLAIN,
        **others: int,
    ) -> "Subject":
        asked = resources.NewResource(
            site.org_id, kind, "c1", site.vcenter_id, document(core, others), USER
        )
        with site.database.write() as session:
            resource, _ = resources.create(session, asked)
        made = cls(site, resource.id, kind)
        if poke:
            made.poke()
        return made

    @property
    def workflow_id(self) -> str:
        return resource_workflow(self.kind, self.id)

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.site.client.get_workflow_handle(self.workflow_id)

    def poke(self) -> None:
        self.site.gateway.poke(self.kind, self.id)

    def scale(self, *, poke: bool = True, **others: int) -> None:
        """To exactly these groups beside the core."""
        with self.site.database.write() as session:
            resource = resources.lock(session, self.id)
            before = resources.document(session, resource)["groups"]
            core = next(group["size"] for group in before if group["name"] == CORE)
            edited = document(core, others)
            resources.change(session, resource, "scale", USER, edited)
        if poke:
            self.poke()

    def retry(self) -> None:
        with self.site.database.write() as session:
            resources.retry(session, resources.lock(session, self.id), USER)
        self.poke()

    def delete(self, *, poke: bool = True) -> None:
        with self.site.database.write() as session:
            resources.request_deletion(session, resources.lock(session, self.id), USER)
        if poke:
            self.poke()

    @property
    def row(self) -> Resource:
        with self.site.database.read() as session:
            return resources.get(session, self.id)

    @property
    def status(self) -> str:
        return self.row.status

    def nodes(self, group: str | None = None, *, gone: bool = False) -> list[NodeRow]:
        with self.site.database.read() as session:
            found = nodes.of_resource(session, self.id, gone=gone)
        return [node for node in found if group in (None, node.group)]

    def ready(self, group: str) -> list[Node]:
        return [node for node in self.nodes(group) if node.phase == Phase.READY]

    def operations(self) -> list[Operation]:
        """Oldest first."""
        with self.site.database.read() as session:
            found = operations.listed(session, self.site.org_id, self.id)
        return sorted((one for one, _ in found), key=lambda one: one.started_at)

    def events(self, reason: str | None = None) -> list[Event]:
        with self.site.database.read() as session:
            found = events.since(session, self.id)
        return [event for event in found if reason in (None, event.reason)]

    def leases(self) -> int:
        with self.site.database.read() as session:
            return session.query(Lease).filter(Lease.resource_id == self.id).count()

    def task_states(self) -> dict[str, str]:
        with self.site.database.read() as session:
            return {task.name: task.state for task in tasks.of_resource(session, self.id)}

    def machines(self) -> list[Machine]:
        return self.site.inspector.machines(self.site.root_folder)

    async def until(self, is_so: Callable[[], bool], seconds: float = SECONDS) -> None:
        """Lets the guests move until it is so."""

        def look() -> bool:
            self.guests.move()
            return is_so()

        await until_async(lambda: asyncio.to_thread(look), seconds, self.describe)

    async def becomes(self, status: str, seconds: float = SECONDS) -> None:
        """And nothing that was asked for is still under way."""
        await self.until(lambda: self.status == status and self._at_rest(), seconds)

    def _at_rest(self) -> bool:
        return all(operation.state != "running" for operation in self.operations())

    async def until_no_workflow_runs(self, besides: frozenset[str] = frozenset()) -> None:
        """Of this site, the vCenter's watch aside. The server's list lags a little."""

        async def none() -> bool:
            return set(await self._running_workflows()) <= besides

        await until_async(none, SECONDS, self.describe)

    async def _running_workflows(self) -> list[str]:
        query = f"ExecutionStatus='Running' AND TaskQueue='{self.site.queue}'"
        found = [flow.id async for flow in self.site.client.list_workflows(query)]
        return [flow for flow in found if not flow.startswith("vcenter-watch/")]

    def describe(self) -> str:
        lines = [f"{self.row.status} {self.row.conditions}"]
        lines += [
            f"{node.name} {node.phase} {nodes.facts(node).step} {node.failure} {node.problem}"
            for node in self.nodes(gone=True)
        ]
        lines += [f"{e.number} {e.at:%T.%f} {e.reason} {e.message}" for e in self.events()]
        return "\n".join(lines)
