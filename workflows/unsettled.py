"""The net under lost hints: once a minute, whatever is not settled is poked."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.activities.unsettled import UnsettledActivities
    from workflows.contracts import UNSETTLED


@workflow.defn(name=UNSETTLED)
class PokeUnsettled:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity_method(
            UnsettledActivities.poke_unsettled, start_to_close_timeout=timedelta(seconds=50)
        )
