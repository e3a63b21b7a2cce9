"""One VM's way into the world and out of it. What is wanted decides the resource's look."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.activities.machines import MachineActivities
    from workflows.activities.membership import MembershipActivities
    from workflows.contracts import LOOK_AGAIN, NODE_CREATE, NODE_REMOVE, NodeInput
    from workflows.options import PATIENT


@workflow.defn(name=NODE_CREATE)
class CreateNode:
    def __init__(self) -> None:
        self._poked = False

    @workflow.signal(name=LOOK_AGAIN)
    def look_again(self) -> None:
        self._poked = True

    @workflow.run
    async def run(self, given: NodeInput) -> None:
        if not await workflow.execute_activity_method(
            MachineActivities.create_machine, given, **PATIENT
        ):
            return
        while not _is_cancelled():
            # No timer: the minute's schedule pokes a node whose report got lost.
            await workflow.wait_condition(lambda: self._poked)
            self._poked = False
            if await workflow.execute_activity_method(MembershipActivities.admit, given, **PATIENT):
                return


def _is_cancelled() -> bool:
    """An activity that ends well although it was to be cancelled takes the cancellation with it."""
    return workflow.cancellation_reason() is not None


@workflow.defn(name=NODE_REMOVE)
class RemoveNode:
    @workflow.run
    async def run(self, given: NodeInput) -> None:
        await workflow.execute_activity_method(MembershipActivities.retire, given, **PATIENT)
        await workflow.execute_activity_method(MachineActivities.destroy_machine, given, **PATIENT)
