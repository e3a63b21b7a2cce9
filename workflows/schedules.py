"""Schedules as data, brought to what is written here whenever a worker starts."""

from collections.abc import Callable, Mapping
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

from provisioner.settings import Settings
from workflows.contracts import CARE, UNSETTLED


def schedules(settings: Settings) -> dict[str, timedelta]:
    """How often each of the workflows that look after all resources is started."""
    return {
        UNSETTLED: timedelta(minutes=1),
        CARE: timedelta(seconds=settings.care_round_seconds),
    }


async def ensure_schedules(client: Client, task_queue: str, every: Mapping[str, timedelta]) -> None:
    """Idempotent. A schedule an operator paused stays paused."""
    for name, interval in every.items():
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
