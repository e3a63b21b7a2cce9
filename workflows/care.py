"""Every `PKE_CARE_ROUND_SECONDS` a round of care for the resources that are due for it."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows.activities.caring import CareActivities
    from workflows.contracts import CARE


@workflow.defn(name=CARE)
class CareRound:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity_method(
            CareActivities.care,
            start_to_close_timeout=timedelta(minutes=10),
            heartbeat_timeout=timedelta(seconds=10),
            # The next round does what this one did not.
            retry_policy=RetryPolicy(maximum_attempts=1),
        )
