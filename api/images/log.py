"""The log of an image's making, line by line as it is written, by Server-Sent Events."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.auth import Bearer, Viewer
from api.images import schemas
from api.schemas import Out
from api.services import Services, Use
from provisioner.domain.images import KIND
from provisioner.store import images, resources, tokens
from provisioner.store.tables import ImageLogLine

POLL_SECONDS = 1.0
_PAGE = 1000

router = APIRouter(prefix="/images/builds/{build}/log", tags=["images"])

LastEventId = Annotated[
    int,
    Header(
        alias="Last-Event-ID",
        ge=0,
        le=2**31,
        description="The last id received: the stream goes on after it.",
    ),
]
Follow = Annotated[
    bool, Query(description="Go on until the making is over; else end with the last line so far.")
]


class LogLine(Out):
    at: datetime
    text: str


class LogEnd(Out):
    """`state` of the making: running, if the stream was not to follow it."""

    state: schemas.BuildState


@dataclass(frozen=True)
class _Reader:
    use: Services
    token: str
    image: str
    seen: int

    def page(self) -> tuple[schemas.BuildState, bool, list[ImageLogLine]] | None:
        """State and whether it is over are older than the lines: so nothing comes after an end.

        None when the token opens nothing any more.
        """
        with self.use.database.read() as session:
            if tokens.authenticate(session, self.token) is None:
                return None
            resource = resources.get(session, self.image)
            state = schemas.state(images.making(session, self.image))
            over = state in ("succeeded", "failed") or resource.deleted_at is not None
            return state, over, images.log_after(session, self.image, self.seen, _PAGE)


def _reader(
    build: str, use: Use, caller: Viewer, bearer: Bearer, last_event_id: LastEventId = 0
) -> _Reader:
    """Before the answer begins: what is wrong can't be said later."""
    with use.database.read() as session:
        found = resources.find_ever(session, caller.org_id, KIND, build)
        return _Reader(use, bearer.credentials if bearer else "", found.id, last_event_id)


@router.get("", summary="Read the log of an image's making", response_class=EventSourceResponse)
async def read_log(
    start: Annotated[_Reader, Depends(_reader)], follow: Follow = True
) -> AsyncIterator[ServerSentEvent]:
    """Each event is a line, its id the line's number; the last one is called `end`.

    A stream that breaks off before its end goes on after `Last-Event-ID`. It does so, too, when
    its token is revoked or expires.
    """
    reader = start
    while not reader.use.ending.is_set():
        page = await run_in_threadpool(reader.page)
        if page is None:
            return
        state, over, lines = page
        for line in lines:
            yield ServerSentEvent(id=str(line.number), data=LogLine.model_validate(line))
            reader = replace(reader, seen=line.number)
        if len(lines) < _PAGE:
            if over or not follow:
                yield ServerSentEvent(event="end", data=LogEnd(state=state))
                return
            await asyncio.sleep(POLL_SECONDS)
