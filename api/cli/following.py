"""Following an operation until it is finished, whoever draws it.

An operation that a newer one supersedes is followed on in that one: its document holds both
changes. An API that is away for a moment, for a restart say, is waited for.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from api.cli.client import Api, Document, path
from api.cli.errors import Interrupted, NotFound, OperationFailed, TimedOut, Unreachable
from api.cli.kinds import is_making, kind_of
from api.cli.silence import Silence
from api.cli.words import moment, span

POLL_SECONDS = 1.0
PATIENCE_SECONDS = 60.0
PAGE = 500
# The event that tells of the request is written just before its operation.
SAME_MOMENT = timedelta(milliseconds=100)


@dataclass(frozen=True)
class Picture:
    """One look. `cluster` is None once it is deleted; `events` are those since the last look."""

    operation: Document
    cluster: Document | None = None
    nodes: list[Document] = field(default_factory=list)
    events: list[Document] = field(default_factory=list)

    @property
    def over(self) -> bool:
        return bool(self.operation["state"] != "running")


class View(Protocol):
    def draw(self, picture: Picture) -> None: ...

    def remark(self, text: str) -> None:
        """Something to know that is no fact of the cluster."""


def follow(api: Api, operation: Document, view: View, timeout: timedelta) -> Document:
    """The operation in its end, succeeded. Raises OperationFailed, TimedOut or Interrupted."""
    how_on = f"go on with: pkectl operation watch {operation['id']}"
    if is_making(operation):
        command, name = kind_of(operation).command, operation["cluster"]["name"]
        how_on += f"; stop it with: pkectl {command} cancel {name}"
    return until_over(Looker(api, operation), view, timeout, how_on)


def until_over(looker: "Looker", view: View, timeout: timedelta, how_on: str) -> Document:
    """As `follow`. `how_on`: how to watch on later."""
    deadline = time.monotonic() + timeout.total_seconds()
    silence = Silence(looker.api, view.remark)
    try:
        while True:
            picture = looker.patiently(view)
            view.draw(picture)
            if picture.over:
                return _ended(picture.operation)
            if time.monotonic() > deadline:
                raise TimedOut("it isn't finished in the time given", how_on)
            silence.note((picture.operation["steps"], len(picture.events) > 0))
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        raise Interrupted("stopped watching; the work goes on", how_on) from None


class Looker:
    """Looks at an operation and its cluster, and remembers which events were seen."""

    def __init__(self, api: Api, operation: Document) -> None:
        self.api = api
        self._id = operation["id"]
        self._kind, self._resource = kind_of(operation), operation["cluster"]["id"]
        self._since = moment(operation["startedAt"]) - SAME_MOMENT
        self._seen = 0

    def patiently(self, view: View) -> Picture:
        """Raises Unreachable only after a minute without an answer."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        said = False
        while True:
            try:
                return self.look(view)
            except Unreachable as err:
                if time.monotonic() > deadline:
                    raise
                if not said:
                    view.remark(f"{err}; trying again for a minute")
                said = True
                time.sleep(POLL_SECONDS)

    def look(self, view: View) -> Picture:
        operation = self.api.get(path("operations", self._id))
        if operation["state"] == "superseded" and operation["supersededBy"]:
            view.remark(f"{operation['reason']}; following operation {operation['supersededBy']}")
            self._id = operation["supersededBy"]
            operation = self.api.get(path("operations", self._id))
        try:
            return self.around(operation, self.api.get(self._kind.path(self._resource)))
        except NotFound:
            return Picture(self.api.get(path("operations", self._id)))

    def around(self, operation: Document, resource: Document) -> Picture:
        return Picture(operation, resource, self._nodes(), self._events())

    def _nodes(self) -> list[Document]:
        if not self._kind.has_nodes:
            return []
        return self.api.items(self._kind.path(self._resource, "nodes"))

    def _events(self) -> list[Document]:
        found: list[Document] = []
        where = self._kind.path(self._resource, "events")
        while page := self.api.items(where, after=self._seen, limit=PAGE):
            self._seen = page[-1]["number"]
            found += page
            if len(page) < PAGE:
                break
        return [event for event in found if moment(event["at"]) >= self._since]


def lasted(operation: Document) -> str:
    """How long it took, or takes by now."""
    ended = operation["finishedAt"]
    begun = moment(operation["startedAt"])
    return span((moment(ended) if ended else datetime.now(UTC)) - begun)


def _ended(operation: Document) -> Document:
    if operation["state"] == "succeeded":
        return operation
    failed = [step for step in operation["steps"] if step["state"] == "failed"]
    details = "; ".join(f"{step['name']}: {step['detail']}" for step in failed)
    raise OperationFailed(
        f"{operation['kind']} {operation['state']}: {operation['reason'] or details}",
        _advice(operation),
    )


def _advice(operation: Document) -> str:
    what, name = f"pkectl {kind_of(operation).command}", operation["cluster"]["name"]
    anew = f"; if its document is the cause, '{what} delete {name}' and create it anew"
    story = "logs" if is_making(operation) else "events"
    mending = f"look at '{what} {story} {name}', mend the cause, then '{what} retry {name}'"
    return mending + (anew if operation["kind"] == "create" else "")
