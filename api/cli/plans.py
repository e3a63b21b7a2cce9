"""A plan as a dry run answers it."""

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from api.cli.output import pairs


def plan_table(answer: dict[str, Any]) -> RenderableType:
    plan = answer["plan"]
    rows = [("create", f"{one['count']} x {one['group']}") for one in plan["create"]]
    rows += [("remove", f"{one['node']} ({one['reason']})") for one in plan["remove"]]
    rows += [("do", name) for name in plan["tasks"]]
    rows += [
        ("short", f"{one['missing']} x {one['group']}: {one['reason']}")
        for one in plan["shortages"]
    ]
    rows += [("held back", f"{one['node']}: {one['reason']}") for one in plan["heldBack"]]
    last = "this is what would be done first; nothing was changed or reserved"
    return Group(pairs(rows or [("nothing", "is to be done")]), Text(last, style="dim"))
