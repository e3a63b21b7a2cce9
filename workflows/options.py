"""Activity options that several workflows share."""

from datetime import timedelta
from typing import Any, Final

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityCancellationType

# For work that takes as long as it takes. A cancelled workflow closes only when its activity is
# over: removal relies on that. Who gives up, and when, is decided by the resource's look.
PATIENT: Final[dict[str, Any]] = {
    "start_to_close_timeout": timedelta(hours=6),
    "heartbeat_timeout": timedelta(seconds=10),
    "cancellation_type": ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)
    ),
}
