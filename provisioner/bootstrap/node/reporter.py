"""What the service hears of a node's progress."""

from __future__ import annotations

import contextlib
import http.client
import time
from collections.abc import Iterator
from typing import Any

from .failures import Failure, Refused, without_secrets
from .node_api import NodeApi
from .waiting import say


class Reporter:
    """Tells the service how far the node is. Silence of the service stops nothing."""

    def __init__(self, api: NodeApi, node: dict[str, str]) -> None:
        self._api = api
        self._common = {"name": node["name"], "nodePool": node["pool"]}

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        self.report(name, "running", "starting")
        try:
            yield
        except Failure as failure:
            with contextlib.suppress(Refused):
                self.report(name, "failed", str(failure))
            raise
        self.report(name, "finished", "success")

    def report(self, phase: str, status: str, message: str, final: bool = False) -> bool:
        """Whether the service has it. Raises Refused when it does not accept the token."""
        text, now = without_secrets(message), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        say(f"{phase}: {text}")
        body: dict[str, Any] = dict(self._common, phase=phase, status=status, message=text)
        body.update(timestamp=now, **({"final": True} if final else {}))
        try:
            answer = self._api.report_status(body)
        except (OSError, http.client.HTTPException) as error:
            say(f"status not delivered: {type(error).__name__}")
            return False
        if answer.status in (401, 403):
            raise Refused(f"the service refused the token: HTTP {answer.status}")
        with contextlib.suppress(ValueError, LookupError, TypeError):
            self._common.setdefault("processId", answer.json()["processId"])
        return answer.status < 500
