"""Schedules as data, brought to what is written here whenever a worker starts."""

from collections.abc import Callable
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from workflows.contracts import CARE, UNSETTLED

EVERY: dict[str, timedelta] = {
    UNSETTLED: timedelta(minutes=1),
    CARE: timedelta(seconds=30),
}


async def ensure_schedules(client: Client, task_queue: str) -> None:
    """Idempotent. A schedule an operator paused stays paused."""
    for name, interval in EVERY.items():
        wanted = _schedule(name, interval, task_queue)
        try:
            await client.create_schedule(name, wanted, trigger_immediately=True)
        except ScheduleAlreadyRunningError:
            await client.get_schedule_handle(name).update(_updater(wanted))
            await client.get_schedule_handle(name).trigger()


def _schedule(name: str, interval: timedelta, task_queue: str) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(name, id=name, task_queue=task_queue),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=interval)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )


def _updater(wanted: Schedule) -> Callable[[ScheduleUpdateInput], ScheduleUpdate]:
    def update(found: ScheduleUpdateInput) -> ScheduleUpdate:
        wanted.state = found.description.schedule.state
        return ScheduleUpdate(schedule=wanted)

    return update
