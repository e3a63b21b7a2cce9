"""Nodes of one resource becoming members, in one run for all that report meanwhile."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.activities.admission import AdmissionActivities
    from workflows.contracts import LOOK_AGAIN, NODES_ADMIT
    from workflows.options import PATIENT


@workflow.defn(name=NODES_ADMIT)
class AdmitNodes:
    def __init__(self) -> None:
        self._poked = True

    @workflow.signal(name=LOOK_AGAIN)
    def look_again(self) -> None:
        self._poked = True

    @workflow.run
    async def run(self, resource: str) -> None:
        """A hint that comes while the activity ends is not lost: it keeps the run open."""
        while self._poked and not workflow.cancellation_reason():
            self._poked = False
            await workflow.execute_activity_method(AdmissionActivities.admit, resource, **PATIENT)
