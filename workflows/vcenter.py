"""What concerns a vCenter as a whole: trying a login, and watching it."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows.activities.vcenters import VCenterActivities
    from workflows.contracts import VCENTER_VERIFY, VCENTER_WATCH, VerifyResult

_RECONNECT = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)
)


@workflow.defn(name=VCENTER_VERIFY)
class VerifyVCenter:
    @workflow.run
    async def run(self, vcenter: str) -> VerifyResult:
        return await workflow.execute_activity_method(
            VCenterActivities.verify,
            vcenter,
            start_to_close_timeout=timedelta(seconds=30),
            schedule_to_close_timeout=timedelta(seconds=60),
            retry_policy=RetryPolicy(maximum_attempts=2),
        )


@workflow.defn(name=VCENTER_WATCH)
class WatchVCenter:
    """Moves to another worker when its own dies; ends with the vCenter's row."""

    @workflow.run
    async def run(self, vcenter: str) -> None:
        again = await workflow.execute_activity_method(
            VCenterActivities.watch,
            vcenter,
            start_to_close_timeout=timedelta(days=1),
            heartbeat_timeout=timedelta(seconds=10),
            retry_policy=_RECONNECT,
        )
        if again:
            workflow.continue_as_new(vcenter)
