"""Load balancers as people read them."""

from rich.console import Group, RenderableType
from rich.text import Text

from api.cli.cluster_tables import CONDITIONS
from api.cli.load_balancer_status_tables import status_tables
from api.cli.output import Column, Row, pairs, table
from api.cli.words import age, clock

LOAD_BALANCERS: tuple[Column, ...] = (
    ("NAME", lambda row: row["name"]),
    ("STATUS", lambda row: row["status"]),
    ("MEMBERS", lambda row: f"{row['nodes']['ready']}/{row['nodes']['total']}"),
    ("VIPS", lambda row: ", ".join(vip["address"] for vip in row["vips"])),
    ("USED BY", lambda row: ", ".join(row["clusters"])),
    ("AGE", lambda row: age(row["createdAt"])),
)


def describe(balancer: Row) -> RenderableType:
    found = [*status_tables(balancer), table(balancer["conditions"], CONDITIONS)]
    return Group(_facts(balancer), *(part for one in found for part in (Text(), one)))


def _facts(balancer: Row) -> RenderableType:
    taken_out = (f"{name} ({state})" for name, state in balancer["serverStates"].items())
    return pairs(
        (
            ("name", balancer["name"]),
            ("id", balancer["id"]),
            ("status", balancer["status"]),
            ("members", f"{balancer['nodes']['ready']} of {balancer['nodes']['total']} ready"),
            ("used by", ", ".join(balancer["clusters"]) or "no cluster"),
            ("taken out", ", ".join(taken_out)),
            ("operation", balancer["operation"]),
            ("created", f"{clock(balancer['createdAt'])} by {balancer['createdBy']}"),
            ("deletion asked", clock(balancer["deletionRequestedAt"])),
            *(("DNS", record) for record in balancer["dnsRecords"]),
            *(("note", note) for note in balancer["notes"]),
        )
    )
