"""One workflow's history as a file: without anything that tells of the machine it was made on."""

import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory

ROOT = Path(__file__).parents[2]
# How the SDK names a worker and its own task queue: by process and host.
WORKER = re.compile(r"^\d+@\S+")


@dataclass(frozen=True)
class Recording:
    """`kind` and `end` say what it is a history of, `events` how long it is."""

    kind: str
    end: str
    text: str
    events: int

    @classmethod
    def of(cls, kind: str, end: str, history: WorkflowHistory) -> "Recording":
        """Raises ValueError when this machine shows in it all the same."""
        text = json.dumps(_scrubbed(json.loads(history.to_json())), indent=1) + "\n"
        for telling in (str(ROOT), str(Path.home()), f"@{socket.gethostname()}"):
            if telling in text:
                raise ValueError(f"the history of {kind} ({end}) tells of {telling}")
        return cls(kind, end, text, len(history.events))


def _scrubbed(value: Any) -> Any:
    if isinstance(value, list):
        return [_scrubbed(one) for one in value]
    if isinstance(value, dict):
        return {key: _scrubbed(one) for key, one in value.items() if key != "stackTrace"}
    return WORKER.sub("recorder", value) if isinstance(value, str) else value
