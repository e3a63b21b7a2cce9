"""vCenters and their inventory as people read them."""

from rich.console import Group, RenderableType
from rich.text import Text

from api.cli.output import Column, Row, pairs, table
from api.cli.words import age, clock

VCENTERS: tuple[Column, ...] = (
    ("NAME", lambda row: row["name"]),
    ("HOST", lambda row: f"{row['host']}:{row['port']}"),
    ("VERSION", lambda row: row["version"]),
    ("STATE", lambda row: row["state"]),
    ("SEEN", lambda row: age(row["watchedAt"])),
    ("ROOT FOLDER", lambda row: row["rootFolder"]),
    ("REASON", lambda row: row["reason"]),
)
TEMPLATES: tuple[Column, ...] = (
    ("TEMPLATE", lambda row: row["name"]),
    ("DISK", lambda row: f"{row['diskGiB']} GiB" if row["diskGiB"] else ""),
    ("PATH", lambda row: row["path"]),
)
KINDS = (
    ("datacenters", "DATACENTER"),
    ("clusters", "CLUSTER"),
    ("resourcePools", "RESOURCE POOL"),
    ("datastoreClusters", "DATASTORE CLUSTER"),
    ("datastores", "DATASTORE"),
    ("networks", "NETWORK"),
    ("folders", "FOLDER"),
)


def describe(vcenter: Row) -> RenderableType:
    return pairs(
        (
            ("name", vcenter["name"]),
            ("address", f"{vcenter['host']}:{vcenter['port']}"),
            ("version", vcenter["version"]),
            ("instance uuid", vcenter["instanceUuid"]),
            ("root folder", vcenter["rootFolder"]),
            ("thumbprint", vcenter["thumbprint"]),
            ("state", vcenter["state"]),
            ("reason", vcenter["reason"]),
            ("seen", clock(vcenter["watchedAt"])),
        )
    )


def inventory_tables(inventory: Row) -> RenderableType:
    parts: list[RenderableType] = [table(inventory["templates"], TEMPLATES, "no templates")]
    for key, title in KINDS:
        if inventory[key]:
            parts += [Text(), table(inventory[key], _named(title))]
    return Group(*parts)


def _named(title: str) -> tuple[Column, ...]:
    return ((title, lambda row: row["name"]), ("PATH", lambda row: row["path"]))
