"""One VM's way into the world and out of it. What is wanted decides the resource's look."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.activities.machines import MachineActivities
    from workflows.activities.membership import MembershipActivities
    from workflows.contracts import LOOK_AGAIN, NODE_CREATE, NODE_REMOVE, NodeInput
    from workflows.options import PATIENT

_NAP = timedelta(minutes=10)


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
        while True:
            await self._sleep()
            self._poked = False
            if await workflow.execute_activity_method(MembershipActivities.admit, given, **PATIENT):
                return

    async def _sleep(self) -> None:
        try:
            await workflow.wait_condition(lambda: self._poked, timeout=_NAP)
        except TimeoutError:
            return


@workflow.defn(name=NODE_REMOVE)
class RemoveNode:
    @workflow.run
    async def run(self, given: NodeInput) -> None:
        await workflow.execute_activity_method(MachineActivities.end_creation, given, **PATIENT)
        await workflow.execute_activity_method(MembershipActivities.retire, given, **PATIENT)
        await workflow.execute_activity_method(MachineActivities.destroy_machine, given, **PATIENT)
