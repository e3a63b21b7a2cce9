"""The control interface of running guests, for tests and the demo."""

from typing import Any

import httpx

TIMEOUT_SECONDS = 10


class GuestsControl:
    """`url` is the `control` of the ready file."""

    def __init__(self, url: str) -> None:
        self._url = url

    def misbehave(self, match: str, fault: str, count: int = 1) -> None:
        """The next `count` nodes whose names match the glob get the fault (misbehaviour.FAULTS)."""
        self._call("POST", "/faults", {"match": match, "fault": fault, "count": count})

    def hit(self) -> list[dict[str, str]]:
        """Whom faults befell, since the last `behave`: node and fault."""
        found: list[dict[str, str]] = self._call("GET", "/faults")["hit"]
        return found

    def behave(self) -> None:
        """Forgets all rules."""
        self._call("DELETE", "/faults")

    def guests(self) -> list[dict[str, str]]:
        """Name, moref, address and state of every guest with a disk."""
        found: list[dict[str, str]] = self._call("GET", "/guests")
        return found

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        response = httpx.request(method, self._url + path, json=body, timeout=TIMEOUT_SECONDS)
        return response.raise_for_status().json()
