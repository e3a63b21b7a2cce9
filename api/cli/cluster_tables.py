"""Clusters, nodes and events as people read them."""

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from api.cli.output import Column, Row, pairs, table
from api.cli.words import age, clean, clock

CLUSTERS: tuple[Column, ...] = (
    ("NAME", lambda row: row["name"]),
    ("STATUS", lambda row: row["status"]),
    ("NODES", lambda row: f"{row['nodes']['ready']}/{row['nodes']['total']}"),
    ("VCENTER", lambda row: row["vcenter"]),
    ("ENDPOINT", lambda row: row["endpoint"]),
    ("AGE", lambda row: age(row["createdAt"])),
)
NODES: tuple[Column, ...] = (
    ("NAME", lambda row: row["name"]),
    ("GROUP", lambda row: row["group"]),
    ("PHASE", lambda row: row["phase"]),
    ("STEP", lambda row: step_of(row)),
    ("SINCE", lambda row: age(row["since"])),
    ("TRY", lambda row: row["attempt"]),
    ("ADDRESS", lambda row: row["address"]),
    ("VM", lambda row: (row["vm"] or {}).get("moref")),
    ("POWER", lambda row: (row["vm"] or {}).get("powerState")),
    ("PROBLEM", lambda row: row["failure"] or row["problem"]),
)
EXPENDABLE = ("VM", "POWER", "GROUP", "TRY", "SINCE")
CONDITIONS: tuple[Column, ...] = (
    ("CONDITION", lambda row: row["type"]),
    ("STATUS", lambda row: row["status"]),
    ("SEEN", lambda row: f"{age(row['seenAt'])} ago" if row.get("seenAt") else ""),
    ("REASON", lambda row: row["reason"]),
    ("MESSAGE", lambda row: row["message"]),
)
POOLS: tuple[Column, ...] = (
    ("POOL", lambda row: row["name"]),
    ("SIZE", lambda row: row["size"]),
    ("VCPU", lambda row: row["vcpu"]),
    ("MEMORY", lambda row: f"{row['memoryMiB']} MiB"),
    ("DISK", lambda row: f"{row['diskGiB']} GiB" if row.get("diskGiB") else "as template"),
    ("TEMPLATE", lambda row: row["template"]),
    ("IMAGE", lambda row: row.get("image")),
)


def step_of(node: Row) -> str:
    """With what the node itself last reported, where that says more."""
    if node["phase"] != "creating":
        return str(node["phase"])
    return f"{node['step']} ({node['progress']})" if node["progress"] else str(node["step"])


def describe(cluster: Row) -> RenderableType:
    facts = pairs(
        (
            ("name", cluster["name"]),
            ("id", cluster["id"]),
            ("status", cluster["status"]),
            ("vcenter", cluster["vcenter"]),
            ("endpoint", cluster["endpoint"]),
            ("load balancer", cluster["spec"].get("endpoint", {}).get("loadBalancer")),
            ("kubernetes", cluster["spec"]["kubernetes"]["version"]),
            ("nodes", f"{cluster['nodes']['ready']} of {cluster['nodes']['total']} ready"),
            ("generation", _generation(cluster)),
            ("operation", cluster["operation"]),
            ("created", f"{clock(cluster['createdAt'])} by {cluster['createdBy']}"),
            ("deletion asked", clock(cluster["deletionRequestedAt"])),
        )
    )
    pools = table(_groups(cluster["spec"]), POOLS)
    return Group(facts, Text(), pools, Text(), table(cluster["conditions"], CONDITIONS))


def event_lines(events: list[Any]) -> RenderableType:
    return Group(*(_event(event) for event in events))


def _event(event: Row) -> Text:
    style = "yellow" if event["type"] == "Warning" else ""
    text = Text(f"{event['number']:>5}  {clock(event['at'])}  {event['type']:<7}  ", style=style)
    return text.append(clean(f"{event['reason']}: {event['message']}"))


def _generation(cluster: Row) -> str:
    asked, reached = cluster["generation"], cluster["observedGeneration"]
    return f"{asked}" if asked == reached else f"{asked} asked for, {reached} reached"


def _groups(spec: Row) -> list[Row]:
    return [{"name": "control-plane", **spec["controlPlane"]}, *spec["nodePools"]]
