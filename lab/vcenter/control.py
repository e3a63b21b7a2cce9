"""The control API of the lab's vCenter (lab/vcenter/control.go): faults, delays, counters."""

import json
import urllib.parse
import urllib.request
from typing import Any, Literal

TIMEOUT_SECONDS = 10


class Control:
    """Each call takes effect at once and for every client of the simulator."""

    def __init__(self, url: str) -> None:
        self._url = url

    def requests(self, without: str = "") -> dict[str, int]:
        """SOAP requests received since the last reset, by method.

        `without` leaves out the sessions of clients whose user agent begins so.
        """
        query = urllib.parse.urlencode({"without": without})
        counted: dict[str, int] = self._call("GET", f"/requests?{query}")
        return counted

    def reset_requests(self) -> None:
        self._call("DELETE", "/requests")

    def inject(
        self,
        method: str,
        fault: str,
        where: Literal["call", "task"] = "call",
        *,
        name: str = "*",
        count: int = 0,
        skip: int = 0,
    ) -> None:
        """Makes `method` fail (names of faults: faults.go) on objects whose name matches `name`:
        `skip` calls pass, then `count` fail (0: all). In "task", the call passes, its task fails.
        """
        rule = {"method": method, "fault": fault, "in": where, "name": name}
        self._call("POST", "/faults", {**rule, "count": count, "skip": skip})

    def hits(self) -> int:
        """How many calls or tasks the present rules have broken."""
        return sum(rule["hits"] for rule in self._call("GET", "/faults"))

    def clear_faults(self) -> None:
        self._call("DELETE", "/faults")

    def delay(self, milliseconds: dict[str, int]) -> None:
        """How long tasks take, by the SOAP method that starts them. Replaces earlier delays."""
        self._call("PUT", "/delays", milliseconds)

    def clear_delays(self) -> None:
        self._call("DELETE", "/delays")

    def end_sessions(self) -> None:
        """Ends all sessions as an idle time-out would: their next call is NotAuthenticated."""
        self._call("DELETE", "/sessions")

    def _call(self, verb: str, path: str, body: object = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data=content, method=verb)
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            return json.loads(response.read() or b"null")
