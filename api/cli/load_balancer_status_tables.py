"""What the members of a load balancer tell of themselves, as people read it."""

from collections.abc import Iterator
from functools import partial

from rich.console import RenderableType
from rich.text import Text

from api.cli.output import Column, Row, table
from api.cli.words import age, clean

VIPS: tuple[Column, ...] = (
    ("VIP", lambda row: row["name"]),
    ("ADDRESS", lambda row: row["address"]),
    ("HOLDER", lambda row: row["holder"]),
    ("PRIORITY", lambda row: row["priority"]),
    ("SINCE", lambda row: age(row["since"])),
    ("PREFERS", lambda row: row["preferredMember"]),
)
MEMBERS: tuple[Column, ...] = (
    ("MEMBER", lambda row: row["name"]),
    ("REVISION", lambda row: _short(row["revision"]) or _without(row)),
    ("ASKED", lambda row: "the same" if row["inSync"] else _short(row["asked"]) or "nothing yet"),
    ("REPORTED", lambda row: f"{age(row['reportedAt'])} ago" if row["reportedAt"] else "never"),
    ("PROBLEM", lambda row: row["problem"]),
)
REPOINTS: tuple[Column, ...] = (
    ("MOVED TOGETHER", lambda row: row["service"]),
    ("ACTIVE", lambda row: row["active"]),
    ("TO MOVE IT", lambda row: row["pkectl"]),
    ("TO LEAD A VCENTER TO THE VIP", lambda row: row["vmware"]),
)
_STYLES = {"UP": "green", "DOWN": "red", "MAINT": "magenta", "DRAIN": "magenta", "NOLB": "red"}
_TOLD_APART = 8


def status_tables(balancer: Row) -> Iterator[RenderableType]:
    observed = balancer["observed"]
    if vips := list(_vips(balancer)):
        yield table(vips, VIPS, expendable=("PREFERS",))
    if observed["servers"]:
        yield table(observed["servers"], _server_columns(observed["servers"]))
    yield table(observed["members"], MEMBERS)
    if balancer["repoints"]:
        yield table(balancer["repoints"], REPOINTS)


def _vips(balancer: Row) -> Iterator[Row]:
    """Also those of clusters."""
    preferred = {vip["name"]: vip["preferredMember"] for vip in balancer["vips"]}
    everybody = all(member["reportedAt"] for member in balancer["observed"]["members"])
    for vip in balancer["observed"]["vips"]:
        holder = _holder(vip["holders"], "nobody" if everybody else "not known")
        yield vip | {"holder": holder, "preferredMember": preferred.get(vip["name"])}


def _holder(holders: list[str], nobody: str) -> Text:
    """One is as it should be."""
    style = "" if len(holders) == 1 else "red" if holders or nobody == "nobody" else "dim"
    return Text(clean(" and ".join(holders) or nobody), style=style)


def _server_columns(servers: list[Row]) -> tuple[Column, ...]:
    """One for each member that asks the servers: they need not agree."""
    members = dict.fromkeys(one["member"] for server in servers for one in server["members"])
    return (
        ("SERVICE", lambda row: row["backend"].removesuffix(".servers")),
        ("SERVER", lambda row: row["name"]),
        *((f"SEEN BY {name}", partial(_seen, member=name)) for name in members),
    )


def _seen(server: Row, member: str) -> Text:
    """State, last check, since when: `UP L6OK 3h20m`."""
    for one in server["members"]:
        if one["member"] == member:
            words = (one["state"], one["check"], age(one["since"]))
            style = _STYLES.get(one["state"].partition(" ")[0], "")
            return Text(clean(" ".join(filter(None, words))), style=style)
    return Text()


def _without(member: Row) -> str:
    """Of a member that runs on none that it was asked for: it refuses, or has just begun."""
    return "an earlier one" if member["problem"] else "none yet"


def _short(revision: str | None) -> str:
    return (revision or "")[:_TOLD_APART]
