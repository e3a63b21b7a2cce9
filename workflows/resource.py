"""The life of one resource: look, act, sleep until poked. Its only input is an id."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows.activities.looking import LookActivities
    from workflows.contracts import LOOK_AGAIN, RESOURCE, Look, LookInput

# Only a net under lost pokes; the minute's schedule looks after unsettled resources sooner.
_NAP = timedelta(minutes=30)


@workflow.defn(name=RESOURCE)
class ResourceWorkflow:
    def __init__(self) -> None:
        self._poked = False

    @workflow.signal(name=LOOK_AGAIN)
    def look_again(self) -> None:
        self._poked = True

    @workflow.run
    async def run(self, resource: str) -> None:
        gather = False
        while True:
            self._poked = False
            look = await self._look(LookInput(resource=resource, now=workflow.now(), gather=gather))
            if look.gone:
                return
            await self._sleep(look)
            gather = True
            if look.settled or workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(resource)

    async def _look(self, given: LookInput) -> Look:
        return await workflow.execute_activity_method(
            LookActivities.look,
            given,
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=timedelta(seconds=10),
            retry_policy=RetryPolicy(
                initial_interval=timedelta(milliseconds=500),
                maximum_interval=timedelta(seconds=15),
            ),
        )

    async def _sleep(self, look: Look) -> None:
        """Until poked, or until the next deadline of a node."""
        seconds = look.wake_in_seconds
        nap = _NAP if seconds is None else min(_NAP, timedelta(seconds=max(1.0, seconds)))
        try:
            await workflow.wait_condition(lambda: self._poked, timeout=nap)
        except TimeoutError:
            return
