"""A plan as a dry run answers it."""

from typing import Any

from rich.console import RenderableType
from rich.table import Table

from api.cli.output import pairs


def plan_table(answer: dict[str, Any]) -> Table | RenderableType:
    plan = answer["plan"]
    rows = [("create", f"{one['count']} x {one['group']}") for one in plan["create"]]
    rows += [("remove", _words(one)) for one in plan["remove"]]
    rows += [("do", _words(one)) for one in plan["tasks"]]
    return pairs([*rows, ("", "nothing was reserved or changed")])


def _words(entry: Any) -> str:
    if isinstance(entry, dict):
        return ", ".join(f"{key} {value}" for key, value in entry.items())
    return str(entry)
