"""One VM's way into the world and out of it. What is wanted decides the resource's look."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.activities.machines import MachineActivities
    from workflows.activities.retirement import RetirementActivities
    from workflows.contracts import NODE_CREATE, NODE_REMOVE, NodeInput
    from workflows.options import PATIENT


@workflow.defn(name=NODE_CREATE)
class CreateNode:
    """Over when the VM runs: what its guest reports then is heard by the node API."""

    @workflow.run
    async def run(self, given: NodeInput) -> None:
        await workflow.execute_activity_method(MachineActivities.create_machine, given, **PATIENT)


@workflow.defn(name=NODE_REMOVE)
class RemoveNode:
    @workflow.run
    async def run(self, given: NodeInput) -> None:
        await workflow.execute_activity_method(RetirementActivities.retire, given, **PATIENT)
        await workflow.execute_activity_method(MachineActivities.destroy_machine, given, **PATIENT)
