"""What commands do in the same way with resources of every kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from api.cli.accepted import Manner, carry_out
from api.cli.client import Api, Change, path
from api.cli.cluster_tables import event_lines
from api.cli.errors import NotFound
from api.cli.kinds import Kind
from api.cli.output import Format, Row, say, show
from api.cli.progress import watch, watch_repair
from api.cli.repairs import UNSETTLED
from api.cli.suggestions import suggesting

PAGE = 500


@dataclass(frozen=True)
class Named:
    """A resource as its user calls it. A name that isn't there is answered with those that are."""

    client: Api
    kind: Kind
    name: str

    def get(self) -> Row:
        with suggesting(self.client, self.kind.path(), self.name):
            found: Row = self.client.get(self.kind.path(self.name))
            return found

    def nodes(self, *, gone: bool) -> list[Row]:
        query = {"all": "true"} if gone else {}
        with suggesting(self.client, self.kind.path(), self.name):
            return self.client.items(self.kind.path(self.name, "nodes"), **query)

    def events(self, after: int = 0) -> list[Row]:
        """One page of them."""
        with suggesting(self.client, self.kind.path(), self.name):
            where = self.kind.path(self.name, "events")
            return self.client.items(where, after=after, limit=PAGE)

    def show_events(self, form: Format) -> None:
        seen = 0
        while found := self.events(seen):
            show(found, form, partial(event_lines, found))
            seen = found[-1]["number"]

    def watch(self, timeout: timedelta) -> None:
        """Its latest operation until it is finished, or what is replaced without one."""
        found = self.get()
        operation = self.client.get(path("operations", found["operation"]))
        if operation["state"] == "succeeded" and found["status"] in UNSETTLED:
            watch_repair(self.client, operation, timeout)
        else:
            watch(self.client, operation, Format.TABLE, timeout)

    def patch(self, body: Row, manner: Manner, *below: str) -> None:
        """`below`: further segments of the path."""
        self._change(Change("PATCH", self.kind.path(self.name, *below), body), manner)

    def act(self, where: Sequence[str], manner: Manner, body: Row | None = None) -> None:
        """`where`: the segments below its own path."""
        self._change(Change("POST", self.kind.path(self.name, *where), body), manner)

    def retry(self, manner: Manner) -> None:
        self._change(Change("POST", self.kind.making_path(self.name, "retry")), manner)

    def cancel(self, manner: Manner) -> None:
        self._change(Change("POST", self.kind.making_path(self.name, "cancel")), manner)

    def delete(self, manner: Manner, *, missing_ok: bool) -> None:
        try:
            self._change(Change("DELETE", self.kind.path(self.name)), manner)
        except NotFound as err:
            if not missing_ok:
                raise
            say(f"{err}; nothing to delete")

    def _change(self, change: Change, manner: Manner) -> None:
        with suggesting(self.client, self.kind.path(), self.name):
            carry_out(self.client, change, manner)
