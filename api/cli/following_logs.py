"""Following a log to its end, over whatever breaks off in between."""

import json
import time

from api.cli.client import Api
from api.cli.errors import Interrupted, Unreachable
from api.cli.following import PATIENCE_SECONDS, POLL_SECONDS
from api.cli.output import console, say
from api.cli.words import clean, clock


def follow_log(api: Api, where: str, *, follow: bool) -> None:
    """Prints it line by line. Raises Unreachable after a minute without an answer, Interrupted."""
    log = _Log(api, where, follow)
    told_at = 0.0
    try:
        while True:
            try:
                if log.read_on():
                    return
            except Unreachable as err:
                if time.monotonic() - log.heard_at > PATIENCE_SECONDS:
                    raise
                if told_at < log.heard_at:
                    say(f"{err}; trying again for a minute")
                    told_at = time.monotonic()
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        raise Interrupted("stopped following; the making goes on") from None


class _Log:
    def __init__(self, api: Api, where: str, follow: bool) -> None:
        self._api, self._where = api, where
        self._query = {} if follow else {"follow": "false"}
        self._screen = console()
        self._seen = 0
        self.heard_at = time.monotonic()

    def read_on(self) -> bool:
        """Until the stream ends: True when that is the log's end."""
        for event in self._api.events(self._where, self._seen, **self._query):
            self.heard_at = time.monotonic()
            said = json.loads(event.data)
            if event.event == "end":
                say(f"its making: {said['state']}")
                return True
            self._screen.print(f"{clock(said['at'])}  {clean(said['text'])}")
            self._seen = int(event.id)
        return False
