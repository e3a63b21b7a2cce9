"""A creation that does something before what the recorded ones did first."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.activities.machines import MachineActivities
    from workflows.contracts import NODE_CREATE, NodeInput


@workflow.defn(name=NODE_CREATE)
class MutatedCreateNode:
    @workflow.run
    async def run(self, given: NodeInput) -> None:
        await workflow.sleep(timedelta(seconds=1))
        await workflow.execute_activity_method(
            MachineActivities.create_machine, given, start_to_close_timeout=timedelta(hours=6)
        )
