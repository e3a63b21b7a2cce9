"""Following a resource that no operation is about: what was lost is replaced without one."""

from datetime import UTC, datetime

from api.cli.client import Api, Document
from api.cli.errors import NotFound
from api.cli.following import Looker, Picture
from api.cli.kinds import kind_of

UNSETTLED = ("UPDATING", "DEGRADED")
_GROUP = "GroupReady/"
_ENDS = {"RUNNING": "succeeded", "FAILED": "failed", "DELETED": "failed"}


class Repair(Looker):
    """`operation`: the latest one, which is over. What happened since its end is news."""

    def __init__(self, api: Api, operation: Document) -> None:
        super().__init__(api, operation | {"startedAt": operation["finishedAt"]})
        self._about = {
            "kind": "repair",
            "cluster": operation["cluster"],
            "startedAt": datetime.now(UTC).isoformat(),
        }
        self._where = kind_of(operation).path(operation["cluster"]["id"])

    def look(self, _: object) -> Picture:
        try:
            found = self.api.get(self._where)
        except NotFound:
            return Picture(self._about | _end("failed", "it is deleted"))
        return self.around(self._about | _progress(found), found)


def _progress(found: Document) -> Document:
    """In the words of an operation."""
    state = _ENDS.get(found["status"], "running")
    groups = [one for one in found["conditions"] if one["type"].startswith(_GROUP)]
    reasons = [one["message"] for one in found["conditions"] if one["type"] == "AsAsked"]
    nodes = found["nodes"]
    percent = 100 if state == "succeeded" else _share(nodes["ready"], nodes["total"])
    steps = [_step(one, percent) for one in groups]
    return _end(state, "; ".join(reasons) or None) | {"percent": percent, "steps": steps}


def _step(group: Document, percent: int) -> Document:
    done = group["status"] == "True"
    return {
        "name": group["type"].removeprefix(_GROUP),
        "state": "done" if done else "running",
        "percent": 100 if done else percent,
        "detail": group["message"],
    }


def _end(state: str, reason: str | None) -> Document:
    over = datetime.now(UTC).isoformat() if state != "running" else None
    return {"state": state, "reason": reason, "percent": 0, "steps": [], "finishedAt": over}


def _share(part: int, whole: int) -> int:
    return min(99, 100 * part // whole) if whole else 0
