"""Work on a resource as a whole, such as its certificates, in a run of its own."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.activities.tasks import TaskActivities
    from workflows.contracts import RESOURCE_TASK, TaskInput
    from workflows.options import PATIENT


@workflow.defn(name=RESOURCE_TASK)
class ResourceTask:
    @workflow.run
    async def run(self, given: TaskInput) -> None:
        await workflow.execute_activity_method(TaskActivities.run_task, given, **PATIENT)
