"""A resource's workflow and its clock, which can be turned forward."""

from temporalio.api.enums.v1 import EventType
from temporalio.testing import TimeSkipper

from tests.workflow.subject import Subject
from tests.workflow.waiting import until_async
from workflows.contracts import LOOK_AGAIN

LOOKED = EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
SLEEPING = EventType.EVENT_TYPE_TIMER_STARTED
SECONDS = 90


class Clock:
    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._skipper = TimeSkipper(subject.site.client)

    async def turn(self, seconds: float) -> None:
        """Forward, once the workflow has seen how things are and sleeps until the next deadline."""
        await self._until_asleep()
        await self._skipper.fast_forward(self._subject.handle, seconds)

    async def _until_asleep(self) -> None:
        before = len([one for one in await self._events() if one == LOOKED])
        await self._subject.handle.signal(LOOK_AGAIN)

        async def asleep() -> bool:
            events = await self._events()
            return events.count(LOOKED) > before and SLEEPING in events[_last(events, LOOKED) :]

        await until_async(asleep, SECONDS, self._subject.describe)

    async def _events(self) -> list[int]:
        history = await self._subject.handle.fetch_history()
        return [event.event_type for event in history.events]


def _last(events: list[int], kind: int) -> int:
    return len(events) - 1 - events[::-1].index(kind)
