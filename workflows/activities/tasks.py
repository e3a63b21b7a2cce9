"""Work on a resource as a whole, in the words of its kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.exceptions import TemporalError

from provisioner.domain.deadlines import Deadlines
from provisioner.domain.errors import ProvisionerError
from provisioner.domain.planning.wishes import When
from provisioner.store import events, observing, resources, tasks
from provisioner.store.database import Database
from provisioner.store.types import utc_now
from workflows.activities.configuring import Configuring
from workflows.activities.folders import Folders
from workflows.contracts import TaskInput, admission_workflow, resource_workflow, task_workflow
from workflows.failures import again, as_ours, passes
from workflows.heartbeats import heartbeats
from workflows.kinds.interface import Kind, TaskRunner
from workflows.poking import Poker, end
from workflows.threads import Threads


@dataclass(frozen=True)
class InVCenters:
    """What of tasks is done in vCenters: whatever the kind, and by kinds that work there only."""

    folders: Folders
    configuring: Configuring
    runners: Mapping[str, TaskRunner]


class TaskActivities:
    def __init__(
        self,
        database: Database,
        kinds: Mapping[str, Kind],
        vcenters: InVCenters,
        poker: Poker,
        threads: Threads,
        deadlines: Deadlines,
    ) -> None:
        self._database, self._kinds, self._runners = database, kinds, vcenters.runners
        self._folders, self._configuring = vcenters.folders, vcenters.configuring
        self._poker, self._threads = poker, threads
        self._patience = timedelta(seconds=deadlines.task)

    @activity.defn
    async def run_task(self, given: TaskInput) -> None:
        begun = await self._threads.run(self._begin, given)
        if begun is None:
            return
        kind, when, since = begun
        failure = None
        async with heartbeats():
            try:
                await self._work(kind, when, given)
            except TemporalError:
                raise
            except Exception as err:
                problem = as_ours(err)
                await self._threads.run(self._note_problem, given, since, problem)
                if passes(problem) and not self._overdue(kind, given, when):
                    raise again(problem) from None
                failure = str(problem)
        await self._threads.run(self._finish, given, since, failure)
        self._poker.poke(resource_workflow(kind, given.resource))

    async def _work(self, kind: str, when: When, given: TaskInput) -> None:
        if when is When.AFTER_NODES:
            await self._end_others(kind, given)
            await self._folders.remove(given.resource)
        if runner := self._runners.get(kind):
            await runner.run(given.resource, given.task)
        elif when is When.WITH_MEMBERS:
            await self._configuring.spread(kind, given.resource)
        elif when is When.WITH_ANSWERS:
            await self._configuring.hear(kind, given.resource)
        else:
            await self._run(kind, given)

    async def _run(self, kind: str, given: TaskInput) -> None:
        work = self._kinds[kind].run_task
        for workflow in await self._threads.run(work, given.resource, given.task) or ():
            self._poker.poke(workflow)

    def _overdue(self, kind: str, given: TaskInput, when: When) -> bool:
        """Its problem should have passed by now. Only what comes last goes on until all is gone."""
        runner = self._runners.get(kind)
        takes = timedelta(seconds=runner.seconds(given.resource, given.task) if runner else 0)
        waited = utc_now() - activity.info().scheduled_time
        return when is not When.AFTER_NODES and waited > takes + self._patience

    async def _end_others(self, kind: str, given: TaskInput) -> None:
        """What another task makes while we remove would stay; nobody is admitted any more."""
        await end(admission_workflow(kind, given.resource))
        for name in await self._threads.run(self._known, given.resource):
            if name != given.task:
                await end(task_workflow(kind, given.resource, name))

    def _known(self, resource_id: str) -> list[str]:
        with self._database.read() as session:
            return [task.name for task in tasks.of_resource(session, resource_id)]

    def _begin(self, given: TaskInput) -> tuple[str, When, datetime] | None:
        """None when it is not wanted any more: what it would make, nobody would remove."""
        with self._database.write() as session:
            resource = resources.lock(session, given.resource)
            wishes = observing.wanted(session, resource).desired.tasks
            wish = next((one for one in wishes if one.name == given.task), None)
            if wish is None:
                return None
            since = tasks.begin(session, resource, wish.model_copy(update={"key": given.key}))
            return resource.kind, wish.when, since

    def _note_problem(self, given: TaskInput, since: datetime, problem: ProvisionerError) -> None:
        with self._database.write() as session:
            resource = resources.lock(session, given.resource)
            if not tasks.is_latest(session, resource, given.task, since):
                return
            news = tasks.note(session, resource, given.task, str(problem))
            if news and not problem.expected:
                message = f"{given.task}: {problem}"
                events.record(session, resource, "Trouble", message, warning=True)

    def _finish(self, given: TaskInput, since: datetime, failure: str | None) -> None:
        """A worker that was frozen may end what another one has begun anew meanwhile."""
        with self._database.write() as session:
            resource = resources.lock(session, given.resource)
            if tasks.is_latest(session, resource, given.task, since):
                tasks.finish(session, resource, given.task, failure)
